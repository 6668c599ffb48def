//! What makes the lives of an actor.

use std::{
    future::{Future, Ready, ready},
    marker::PhantomData,
    pin::Pin,
};

use crate::{
    exit::ExitReason,
    life::{
        actor::Actor,
        drive::Drive,
        message_loop::Loop,
        restart::{
            Life,
            lives::{Lives, Next},
        },
    },
    slot::message::Message,
};

/// The outcome of making an actor.
pub(crate) type Made<A> = Result<A, <A as Actor>::StartError>;

/// Makes an actor of type `A` for each of its lives.
pub(crate) trait Factory<A: Drive>: Sized {
    type Making: Future<Output = Made<A>>;

    fn make(&mut self, life: Life<A::Handle>) -> Self::Making;

    /// Calls [`Lives::next_life`]. The future is boxed, since most actors never poll it.
    fn next_life<'a>(
        lives: &'a mut Lives<Self>,
        life: &'a mut Loop<'_, A>,
        reason: ExitReason,
    ) -> impl Future<Output = Next<A>>;
}

/// The future of an actor that is being made.
pub(crate) type SendMaking<A> = Pin<Box<dyn Future<Output = Made<A>> + Send>>;

/// The way to the next life of an actor whose loop is `Send`.
type SendNextLife<A> = for<'a> fn(
    &'a mut Lives<SendFactory<A>>,
    &'a mut Loop<'_, A>,
    ExitReason,
) -> Pin<Box<dyn Future<Output = Next<A>> + Send + 'a>>;

/// A factory for an actor whose loop is `Send`.
///
/// Its type is erased, because [`Spawn::run`](crate::by_hand::Spawn::run) names only the actor.
pub(crate) struct SendFactory<A: Actor> {
    make: Box<dyn FnMut(Life<A::Handle>) -> SendMaking<A> + Send>,
    /// A pointer, so that this function is compiled only for actors that are restarted.
    next_life: SendNextLife<A>,
}

impl<A> SendFactory<A>
where
    A: Drive<StartError: Send, Undelivered: Send> + Send,
    A::Message: Message<AtRest: Send> + Send,
{
    /// A factory from a closure that returns a future.
    pub(super) fn of_futures<F>(mut make: impl FnMut(Life<A::Handle>) -> F + Send + 'static) -> Self
    where
        F: Future<Output = Made<A>> + Send + 'static,
    {
        Self {
            make: Box::new(move |life| Box::pin(make(life))),
            next_life: |lives, life, reason| Box::pin(lives.next_life(life, reason)),
        }
    }

    /// A factory from a closure that returns the actor.
    pub(super) fn of_actors(mut make: impl FnMut(&Life<A::Handle>) -> A + Send + 'static) -> Self {
        Self::of_futures(move |life| ready(Ok(make(&life))))
    }
}

impl<A: Drive> Factory<A> for SendFactory<A> {
    type Making = SendMaking<A>;

    fn make(&mut self, life: Life<A::Handle>) -> SendMaking<A> {
        (self.make)(life)
    }

    fn next_life<'a>(
        lives: &'a mut Lives<Self>,
        life: &'a mut Loop<'_, A>,
        reason: ExitReason,
    ) -> impl Future<Output = Next<A>> {
        (lives.factory.next_life)(lives, life, reason)
    }
}

/// A factory that is a closure, for an actor that stays where it was made.
pub(crate) struct LocalFactory<A, F> {
    make: F,
    actor: PhantomData<fn() -> A>,
}

impl<A, F> LocalFactory<A, F> {
    pub(super) fn new(make: F) -> Self {
        Self { make, actor: PhantomData }
    }
}

impl<A: Drive, F: FnMut(&Life<A::Handle>) -> Made<A>> Factory<A> for LocalFactory<A, F> {
    type Making = Ready<Made<A>>;

    fn make(&mut self, life: Life<A::Handle>) -> Ready<Made<A>> {
        ready((self.make)(&life))
    }

    fn next_life<'a>(
        lives: &'a mut Lives<Self>,
        life: &'a mut Loop<'_, A>,
        reason: ExitReason,
    ) -> impl Future<Output = Next<A>> {
        Box::pin(lives.next_life(life, reason))
    }
}
