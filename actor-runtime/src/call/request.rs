//! What a call carries to its actor: a message for the mailbox, or a handler to run on the calling
//! thread.

use std::task::{Context, Poll};

use crate::{
    error::CallError,
    mailbox::Shared,
    slot::{message::Message, replies::Replies, reply::Reply},
};

/// The arguments of a [`Call`](crate::Call), which can be turned into a message.
///
/// Implemented by closures that build a message from a [`Reply`]. The methods of a generated handle
/// return calls with other implementations, whose handlers may run on the calling thread.
///
/// # Examples
///
/// Name this trait in functions that take any call of an actor:
///
/// ```
/// use std::fmt::Debug;
///
/// use actor_runtime::{Call, CallError, actor, by_hand::Request, spawn};
///
/// # #[derive(Default)] pub struct Counter(u64);
/// # #[actor]
/// # impl Counter {
/// #     /// Adds `amount` and returns the new total.
/// #     pub fn add(&mut self, amount: u64) -> u64 { self.0 += amount; self.0 }
/// # }
/// async fn logged<R, Q>(call: Call<'_, R, CounterMessage, Q>) -> Result<R, CallError>
/// where
///     R: Debug + 'static,
///     Q: Request<CounterMessage, R>,
/// {
///     let outcome = call.await;
///     println!("{outcome:?}");
///     outcome
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), CallError> {
/// let counter = spawn(Counter::default());
/// assert_eq!(logged(counter.add(2)).await?, 2);
/// # Ok(())
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not build a `{M}` from a `Reply<{R}>`",
    label = "not a request",
    note = "a request is a closure `|reply| Message {{ .., reply }}`, or what the methods of a generated handle carry"
)]
pub trait Request<M: Message, R: 'static>: Sized {
    /// Builds the message, whose answer goes to `reply`.
    fn into_message(self, reply: Reply<R>) -> M;

    /// Takes the request out of `slot` and runs its handler on this thread, if the actor is idle.
    ///
    /// Does nothing by default. Requests of [`inline`](crate::inline) override it.
    #[doc(hidden)]
    #[inline(always)]
    fn poll_inline(
        target: Target<'_, M>,
        cx: &mut Context<'_>,
        slot: &mut Option<Self>,
    ) -> InlinePoll<R> {
        let _ = (target, cx, slot);
        InlinePoll::NotIdle
    }
}

impl<M: Message, R: 'static, F: FnOnce(Reply<R>) -> M> Request<M, R> for F {
    #[inline]
    fn into_message(self, reply: Reply<R>) -> M {
        self(reply)
    }
}

/// Arguments, and a function that builds the message of them. The function is not needed if the handler
/// runs on the calling thread.
#[derive(Debug)]
pub struct With<T, F> {
    pub(crate) arguments: T,
    pub(crate) make: F,
}

impl<M: Message, R: 'static, T, F: FnOnce(T, Reply<R>) -> M> Request<M, R> for With<T, F> {
    #[inline]
    fn into_message(self, reply: Reply<R>) -> M {
        (self.make)(self.arguments, reply)
    }
}

/// The arguments of a [`StreamCall`](crate::StreamCall), which can be turned into a message.
///
/// Implemented by closures that build a message from [`Replies`].
pub trait StreamRequest<M: Message, T: 'static> {
    /// Builds the message, whose values go to `replies`.
    fn into_message(self, replies: Replies<T>) -> M;
}

impl<M: Message, T: 'static, F: FnOnce(Replies<T>) -> M> StreamRequest<M, T> for F {
    fn into_message(self, replies: Replies<T>) -> M {
        self(replies)
    }
}

/// The actor to which a request goes, and the name of its handler.
///
/// The name is behind a reference, so that it is loaded only where it is used.
#[expect(
    missing_debug_implementations,
    reason = "an internal type, public only in a hidden method"
)]
pub struct Target<'a, M: Message> {
    pub(crate) shared: &'a Shared<M>,
    pub(crate) method: &'a &'static str,
}

/// The outcome of [`Request::poll_inline`].
#[expect(
    missing_debug_implementations,
    reason = "an internal type, public only in a hidden method"
)]
pub enum InlinePoll<R> {
    /// The actor was idle. The handler ran, or is pending because the calling task has used up its
    /// cooperative budget.
    Polled(Poll<Result<R, CallError>>),
    /// The handler did not run: the actor is not idle, or there was no request.
    NotIdle,
}
