//! Type-level marker for calls of handlers marked `#[cancel_safe]`.

/// Marks a call whose handler is not `#[cancel_safe]`.
///
/// Dropping such a call after it was sent and before its result was read is not cancel safe.
#[derive(Debug)]
pub enum Unmarked {}

/// Marks a call whose handler is `#[cancel_safe]`.
///
/// Such a call may be dropped at any time, and the handler called again. `A` is what it takes by value,
/// `(first, (second, ()))`: dropping the call drops that too.
#[derive(Debug)]
pub struct Marked<A = ()>(std::convert::Infallible, std::marker::PhantomData<fn(A)>);
