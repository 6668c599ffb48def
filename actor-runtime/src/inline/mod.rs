//! Inline calls: running a handler on its caller's thread while the actor is idle.
//!
//! A call first looks for the actor in its [`seat`](crate::seat), and is queued only if it is not there.
//! Here are the [requests](Request) that do so; the path of such a call is in [`call`].

pub(crate) mod call;
pub(crate) mod guard;

use std::marker::PhantomData;

use crate::{
    call::{
        Call,
        lent::Lent,
        request::{InlinePoll, Request, Target, With},
    },
    life::{
        context::Context,
        drive::Drive,
        resident::{AtRest, Occupant, Panicked},
    },
    slot::{message::Message, reply::Reply},
};
use std::task::Context as TaskContext;

const HAS_REQUEST: &str = "a call has its request until the handler runs";
const ANSWERS: &str = "the handler replies to its own message";

/// A request whose handler can run on the thread of its caller.
trait RunHere<M: Message, R: 'static>: Request<M, R> {
    /// Takes the request, runs its handler and returns the reply.
    fn run(request: &mut Option<Self>, actor: &mut M::AtRest) -> Result<R, Box<Panicked>>;
}

/// A request to an actor of type `A`, whose handler can run on the thread of its caller.
#[expect(missing_debug_implementations, reason = "`Call` implements `Debug` without it")]
pub struct Inline<A, T, F, G> {
    /// The arguments, and what builds the message of them.
    with: With<T, F>,
    /// Runs the handler with the arguments.
    run: G,
    actor: PhantomData<fn(A)>,
}

impl<M, R, A, T, F, G> Request<M, R> for Inline<A, T, F, G>
where
    M: Message<AtRest: AtRest<A>>,
    R: 'static,
    A: Drive<Message = M>,
    F: FnOnce(T, Reply<R>) -> M,
    G: FnOnce(&mut A, T, &Context<A>) -> R,
{
    #[inline]
    fn into_message(self, reply: Reply<R>) -> M {
        self.with.into_message(reply)
    }

    #[inline(always)]
    fn poll_inline(
        target: Target<'_, M>,
        cx: &mut TaskContext<'_>,
        slot: &mut Option<Self>,
    ) -> InlinePoll<R> {
        call::call(target, cx, slot)
    }
}

impl<M, R, A, T, F, G> RunHere<M, R> for Inline<A, T, F, G>
where
    M: Message<AtRest: AtRest<A>>,
    R: 'static,
    A: Drive<Message = M>,
    F: FnOnce(T, Reply<R>) -> M,
    G: FnOnce(&mut A, T, &Context<A>) -> R,
{
    // Inlined so that the compiler can pass the arguments on in registers.
    #[inline(always)]
    fn run(request: &mut Option<Self>, actor: &mut M::AtRest) -> Result<R, Box<Panicked>> {
        (M::AtRest::OPEN)(actor).run(|actor, context| {
            let Self { with, run, .. } = request.take().expect(HAS_REQUEST);
            run(actor, with.arguments, context)
        })
    }
}

/// Like `Inline`, to an actor whose type the handle does not know.
#[expect(missing_debug_implementations, reason = "`Call` implements `Debug` without it")]
pub struct InlineDyn<F> {
    /// Builds the message.
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
    F: Request<M, R>,
{
    #[inline]
    fn into_message(self, reply: Reply<R>) -> M {
        self.make.into_message(reply)
    }

    #[inline(always)]
    fn poll_inline(
        target: Target<'_, M>,
        cx: &mut TaskContext<'_>,
        slot: &mut Option<Self>,
    ) -> InlinePoll<R> {
        call::call(target, cx, slot)
    }
}

impl<M, R, F> RunHere<M, R> for InlineDyn<F>
where
    M: Message<AtRest = Box<dyn Occupant<M>>>,
    R: 'static,
    F: Request<M, R>,
{
    #[inline]
    fn run(request: &mut Option<Self>, actor: &mut M::AtRest) -> Result<R, Box<Panicked>> {
        let message = request.take().expect(HAS_REQUEST).into_message(Reply::unwanted());
        let mut answer = None::<R>;
        actor.answer(message, &mut answer)?;
        Ok(answer.expect(ANSWERS))
    }
}

/// Like `Inline`, with a type that can be named: see [`Lent`].
#[expect(missing_debug_implementations, reason = "`Call` implements `Debug` without it")]
pub struct InlineLent<T, M: Message, R: 'static> {
    lent: Lent<T, M, R>,
    run: RunAtRest<T, M, R>,
}

/// A function that runs a handler with its arguments.
type RunAtRest<T, M, R> = fn(&mut <M as Message>::AtRest, T) -> Result<R, Box<Panicked>>;

impl<T, M: Message, R> Request<M, R> for InlineLent<T, M, R> {
    #[inline]
    fn into_message(self, reply: Reply<R>) -> M {
        self.lent.into_message(reply)
    }

    #[inline(always)]
    fn poll_inline(
        target: Target<'_, M>,
        cx: &mut TaskContext<'_>,
        slot: &mut Option<Self>,
    ) -> InlinePoll<R> {
        call::call(target, cx, slot)
    }
}

impl<T, M: Message, R> RunHere<M, R> for InlineLent<T, M, R> {
    #[inline]
    fn run(request: &mut Option<Self>, actor: &mut M::AtRest) -> Result<R, Box<Panicked>> {
        let Self { lent, run } = request.take().expect(HAS_REQUEST);
        run(actor, lent.arguments)
    }
}

/// Runs a handler of `actor` with `arguments`.
#[inline(always)]
pub fn run_at_rest<I: AtRest<A>, A: Drive, T, R>(
    actor: &mut I,
    arguments: T,
    run: impl FnOnce(&mut A, T, &Context<A>) -> R,
) -> Result<R, Box<Panicked>> {
    (I::OPEN)(actor).run(|actor, context| run(actor, arguments, context))
}

impl<'a, T, M: Message, R, H> Call<'a, R, M, Lent<T, M, R>, H> {
    /// Converts this call of the handler `method` to one that may `run` on the calling thread.
    #[doc(hidden)]
    #[inline]
    pub fn inline_lent(
        self,
        method: &'static str,
        run: RunAtRest<T, M, R>,
    ) -> Call<'a, R, M, InlineLent<T, M, R>, H> {
        self.with_request(method, |lent| InlineLent { lent, run })
    }
}

impl<'a, M: Message, R, T, F, H> Call<'a, R, M, With<T, F>, H> {
    /// Converts this call of the handler `method` to one that may `run` on the calling thread.
    #[doc(hidden)]
    #[inline]
    pub fn inline<A, G>(self, method: &'static str, run: G) -> Call<'a, R, M, Inline<A, T, F, G>, H>
    where
        A: Drive<Message = M>,
        F: FnOnce(T, Reply<R>) -> M,
        G: FnOnce(&mut A, T, &Context<A>) -> R,
    {
        self.with_request(method, |with| Inline { with, run, actor: PhantomData })
    }
}

impl<'a, M: Message, R, F, H> Call<'a, R, M, F, H> {
    /// Like [`inline`](Call::inline), for a handle that does not know the type of its actor.
    #[doc(hidden)]
    #[inline]
    pub fn inline_dyn(self, method: &'static str) -> Call<'a, R, M, InlineDyn<F>, H>
    where
        F: Request<M, R>,
    {
        self.with_request(method, InlineDyn::new)
    }
}
