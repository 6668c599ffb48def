//! Whether the handler of a call is marked `#[cancel_safe]`, as a type.

/// A call whose handler is not marked `#[cancel_safe]`: it may not be dropped half way.
#[derive(Debug)]
pub enum Unmarked {}

/// A call whose handler is marked `#[cancel_safe]`: it may be dropped at any time and made again.
#[derive(Debug)]
pub enum Marked {}
