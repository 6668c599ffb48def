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
        request::{InlinePoll, Request, Target},
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
pub struct Inline<A, F, G> {
    /// Builds the message.
    make: F,
    /// Runs the handler of the message.
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
    A: Drive<Message = M>,
    F: FnOnce(Reply<R>) -> M,
    G: FnOnce(&mut A, M, &Context<A>) -> Option<R>,
{
    #[inline]
    fn into_message(self, reply: Reply<R>) -> M {
        (self.make)(reply)
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

impl<M, R, A, F, G> RunHere<M, R> for Inline<A, F, G>
where
    M: Message<AtRest: AtRest<A>>,
    R: 'static,
    A: Drive<Message = M>,
    F: FnOnce(Reply<R>) -> M,
    G: FnOnce(&mut A, M, &Context<A>) -> Option<R>,
{
    // Inlined so that the compiler can pass the arguments on without building the message in memory.
    #[inline(always)]
    fn run(request: &mut Option<Self>, actor: &mut M::AtRest) -> Result<R, Box<Panicked>> {
        actor.resident().run(|actor, context| {
            let Self { make, run, .. } = request.take().expect(HAS_REQUEST);
            run(actor, make(Reply::unwanted()), context).expect(ANSWERS)
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
pub struct InlineLent<A, M: Message, R: 'static> {
    lent: Lent<A, M, R>,
    run: RunAtRest<M, R>,
}

/// A function that runs the handler of a message.
type RunAtRest<M, R> = fn(&mut <M as Message>::AtRest, M) -> Result<R, Box<Panicked>>;

impl<A, M: Message, R> Request<M, R> for InlineLent<A, M, R> {
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

impl<A, M: Message, R> RunHere<M, R> for InlineLent<A, M, R> {
    #[inline]
    fn run(request: &mut Option<Self>, actor: &mut M::AtRest) -> Result<R, Box<Panicked>> {
        let Self { lent, run } = request.take().expect(HAS_REQUEST);
        run(actor, lent.into_message(Reply::unwanted()))
    }
}

/// Runs the handler of `message`: `run` returns `None` for the message of another one.
#[inline(always)]
pub fn run_at_rest<M, A, R>(
    actor: &mut M::AtRest,
    message: M,
    run: impl FnOnce(&mut A, M, &Context<A>) -> Option<R>,
) -> Result<R, Box<Panicked>>
where
    M: Message<AtRest: AtRest<A>>,
    A: Drive<Message = M>,
{
    actor.resident().run(|actor, context| run(actor, message, context).expect(ANSWERS))
}

impl<'a, A, M: Message, R, H> Call<'a, M, R, Lent<A, M, R>, H> {
    /// Converts this call of the handler `method` to one that may `run` on the calling thread.
    #[doc(hidden)]
    #[inline]
    pub fn inline_lent(
        self,
        method: &'static str,
        run: RunAtRest<M, R>,
    ) -> Call<'a, M, R, InlineLent<A, M, R>, H> {
        self.with_request(method, |lent| InlineLent { lent, run })
    }
}

impl<'a, M: Message, R, F, H> Call<'a, M, R, F, H> {
    /// Converts this call of the handler `method` to one that may `run` on the calling thread.
    #[doc(hidden)]
    #[inline]
    pub fn inline<A, G>(self, method: &'static str, run: G) -> Call<'a, M, R, Inline<A, F, G>, H>
    where
        A: Drive<Message = M>,
        F: FnOnce(Reply<R>) -> M,
        G: FnOnce(&mut A, M, &Context<A>) -> Option<R>,
    {
        self.with_request(method, |make| Inline::new(make, run))
    }

    /// Like [`inline`](Self::inline), for a handle that does not know the type of its actor.
    #[doc(hidden)]
    #[inline]
    pub fn inline_dyn(self, method: &'static str) -> Call<'a, M, R, InlineDyn<F>, H>
    where
        F: Request<M, R>,
    {
        self.with_request(method, InlineDyn::new)
    }
}
