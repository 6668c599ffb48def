//! What a call asks of its actor: a message for the mailbox, or a handler to run right here.

use std::{sync::Arc as StdArc, task::Poll};

use crate::{
    error::CallError,
    exit::OnPanic,
    slot::{message::Message, reply::Reply},
    thread::current,
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
    /// Whether its handler may run on the thread of its caller.
    #[doc(hidden)]
    const IS_INLINE: bool = false;

    /// The message, whose answer goes to `reply`.
    fn into_message(self, reply: Reply<R>) -> M;

    /// Runs its handler on this thread, if that [may be](Self::IS_INLINE).
    #[doc(hidden)]
    fn run(self, actor: &mut M::AtRest) -> Result<R, Box<Panicked>> {
        let _ = actor;
        unreachable!("only an inline request is run here")
    }
}

impl<M: Message, R: 'static, F: FnOnce(Reply<R>) -> M> Request<M, R> for F {
    #[inline]
    fn into_message(self, reply: Reply<R>) -> M {
        self(reply)
    }
}

/// A panic on a caller's thread.
#[expect(missing_debug_implementations, reason = "no user sees it")]
pub struct Panicked {
    pub(crate) text: StdArc<str>,
    /// What it means to the actor.
    pub(crate) on_panic: OnPanic,
    /// Whether the handler ran: the actor may have panicked over what came back before.
    pub(crate) in_handler: bool,
}

impl Panicked {
    /// Answers whom the handler took along.
    #[cold]
    pub(crate) fn of_handler(text: StdArc<str>, on_panic: OnPanic) -> Box<Self> {
        current::answer_lost_in_panic(&text, None, &on_panic.of_others());
        Box::new(Self { text, on_panic, in_handler: true })
    }
}

/// What became of a call of an actor that was looked for in its seat.
pub(crate) enum Called<R> {
    /// Its handler ran, or is to run when the caller's task has let others run.
    Here(Poll<Result<R, Box<CallError>>>),
    /// The actor is not there.
    Nobody,
}
