//! What a call asks of its actor: a message for the mailbox, or a handler to run right here.

use std::marker::PhantomData;

use crate::{
    actor::{Actor, Context, Message},
    reply::Reply,
    resident::{AtRest, Occupant, Panicked},
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

/// The request of a handler of `A` that may run on the thread of its caller.
#[expect(missing_debug_implementations, reason = "a call shows itself without it")]
pub struct Inline<A, F, G> {
    /// Makes the message.
    make: F,
    /// Runs its handler.
    run: G,
    actor: PhantomData<fn(A)>,
}

impl<A, F, G> Inline<A, F, G> {
    #[inline]
    pub(crate) fn new(make: F, run: G) -> Self {
        Self { make, run, actor: PhantomData }
    }
}

impl<M, R, A, F, G> Request<M, R> for Inline<A, F, G>
where
    M: Message<AtRest: AtRest<A>>,
    R: 'static,
    A: Actor<Message = M>,
    F: FnOnce(Reply<R>) -> M,
    G: FnOnce(&mut A, M, &Context<A>) -> Option<R>,
{
    const IS_INLINE: bool = true;

    #[inline]
    fn into_message(self, reply: Reply<R>) -> M {
        (self.make)(reply)
    }

    // Always, so that the arguments are not put together as a message first.
    #[inline(always)]
    fn run(self, actor: &mut M::AtRest) -> Result<R, Box<Panicked>> {
        let Self { make, run, .. } = self;
        actor.resident().run(|actor, context| {
            let answer = run(actor, make(Reply::unwanted()), context);
            answer.expect("a handler answers its own message")
        })
    }
}

/// The request of a handler that may run on the thread of its caller, of an actor whose type the handle
/// does not know.
#[expect(missing_debug_implementations, reason = "a call shows itself without it")]
pub struct InlineDyn<F> {
    /// Makes the message.
    make: F,
}

impl<F> InlineDyn<F> {
    #[inline]
    pub(crate) fn new(make: F) -> Self {
        Self { make }
    }
}

impl<M, R, F> Request<M, R> for InlineDyn<F>
where
    M: Message<AtRest = Box<dyn Occupant<M>>>,
    R: 'static,
    F: FnOnce(Reply<R>) -> M,
{
    const IS_INLINE: bool = true;

    #[inline]
    fn into_message(self, reply: Reply<R>) -> M {
        (self.make)(reply)
    }

    #[inline]
    fn run(self, actor: &mut M::AtRest) -> Result<R, Box<Panicked>> {
        let mut answer = None::<R>;
        actor.answer((self.make)(Reply::unwanted()), &mut answer)?;
        Ok(answer.expect("a handler answers its own message"))
    }
}
