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

/// A request whose handler can run on the thread of its caller.
trait RunHere<M: Message, R: 'static>: Request<M, R> {
    /// Runs the handler and returns its reply.
    fn run(self, actor: &mut M::AtRest) -> Result<R, Box<Panicked>>;
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
    fn run(self, actor: &mut M::AtRest) -> Result<R, Box<Panicked>> {
        let Self { make, run, .. } = self;
        actor.resident().run(|actor, context| {
            let answer = run(actor, make(Reply::unwanted()), context);
            answer.expect("the handler replies to its own message")
        })
    }
}

/// Like [`Inline`], to an actor whose type the handle does not know.
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
    F: FnOnce(Reply<R>) -> M,
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

impl<M, R, F> RunHere<M, R> for InlineDyn<F>
where
    M: Message<AtRest = Box<dyn Occupant<M>>>,
    R: 'static,
    F: FnOnce(Reply<R>) -> M,
{
    #[inline]
    fn run(self, actor: &mut M::AtRest) -> Result<R, Box<Panicked>> {
        let mut answer = None::<R>;
        actor.answer((self.make)(Reply::unwanted()), &mut answer)?;
        Ok(answer.expect("the handler replies to its own message"))
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
        F: FnOnce(Reply<R>) -> M,
    {
        self.with_request(method, InlineDyn::new)
    }
}
