//! What a call asks of its actor: a message for the mailbox, or a handler to run right here.

use std::task::{Context, Poll};

use crate::{
    error::CallError,
    mailbox::Shared,
    slot::{message::Message, reply::Reply},
};

/// What a [`Call`](crate::Call) carries: the arguments, and what can be done with them.
///
/// A closure that makes the message around a [`Reply`] is one. The methods of a generated handle give
/// others, whose handlers may run on the thread of their caller.
///
/// # Examples
///
/// It is named by what takes any call of an actor:
///
/// ```
/// use std::fmt::Debug;
///
/// use actor_runtime::{Call, CallError, Request, actor, spawn};
///
/// # #[derive(Default)] pub struct Counter(u64);
/// # #[actor]
/// # impl Counter {
/// #     /// Adds `amount` and returns the new total.
/// #     pub fn add(&mut self, amount: u64) -> u64 { self.0 += amount; self.0 }
/// # }
/// async fn logged<R, Q>(call: Call<'_, CounterMessage, R, Q>) -> Result<R, CallError>
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
    message = "`{Self}` makes no `{M}` around a `Reply<{R}>`",
    label = "not a request",
    note = "a request is a closure `|reply| Message {{ .., reply }}`, or what a generated handle makes"
)]
pub trait Request<M: Message, R: 'static>: Sized {
    /// The message, whose answer goes to `reply`.
    fn into_message(self, reply: Reply<R>) -> M;

    /// Runs the handler on this thread if the actor is idle, with the request that is in `slot`.
    ///
    /// Only a request of [`inline`](crate::inline) does.
    #[doc(hidden)]
    #[inline(always)]
    fn poll_here(
        target: Target<'_, M>,
        cx: &mut Context<'_>,
        slot: &mut Option<Self>,
    ) -> Called<R> {
        let _ = (target, cx, slot);
        Called::Nobody
    }
}

impl<M: Message, R: 'static, F: FnOnce(Reply<R>) -> M> Request<M, R> for F {
    #[inline]
    fn into_message(self, reply: Reply<R>) -> M {
        self(reply)
    }
}

/// The actor that a request goes to, and the name of its handler.
///
/// The name is behind a reference so that it is read only where it is needed.
#[expect(missing_debug_implementations, reason = "no user sees it")]
pub struct Target<'a, M: Message> {
    pub(crate) shared: &'a Shared<M>,
    pub(crate) method: &'a &'static str,
}

/// What became of a call of an actor that was looked for in its seat.
#[expect(missing_debug_implementations, reason = "no user sees it")]
pub enum Called<R> {
    /// Its handler ran, or is to run when the caller's task has let others run.
    Here(Poll<Result<R, CallError>>),
    /// The actor is not there.
    Nobody,
}
