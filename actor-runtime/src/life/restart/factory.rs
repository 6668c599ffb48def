//! What makes the lives of an actor.

use std::{
    future::{Future, Ready, ready},
    marker::PhantomData,
    pin::Pin,
};

use crate::life::{actor::Actor, restart::Life};

/// The outcome of making an actor.
pub(crate) type Made<A> = Result<A, <A as Actor>::StartError>;

/// Makes an actor of type `A` for each of its lives.
pub(crate) trait Factory<A: Actor> {
    type Making: Future<Output = Made<A>>;

    fn make(&mut self, life: Life<A::Handle>) -> Self::Making;
}

/// The future of an actor that is being made.
pub(crate) type SendMaking<A> = Pin<Box<dyn Future<Output = Made<A>> + Send>>;

/// A factory for an actor whose loop is `Send`.
///
/// Its type is erased, because [`Spawn::run`](crate::by_hand::Spawn::run) names only the actor.
pub(crate) struct SendFactory<A: Actor>(Box<dyn FnMut(Life<A::Handle>) -> SendMaking<A> + Send>);

impl<A: Actor> SendFactory<A> {
    /// A factory from a closure that returns a future.
    pub(super) fn of_futures<F>(mut make: impl FnMut(Life<A::Handle>) -> F + Send + 'static) -> Self
    where
        F: Future<Output = Made<A>> + Send + 'static,
    {
        Self(Box::new(move |life| Box::pin(make(life))))
    }

    /// A factory from a closure that returns the actor.
    pub(super) fn of_actors(mut make: impl FnMut(&Life<A::Handle>) -> A + Send + 'static) -> Self
    where
        A: Actor<StartError: Send> + Send,
    {
        Self(Box::new(move |life| Box::pin(ready(Ok(make(&life))))))
    }
}

impl<A: Actor> Factory<A> for SendFactory<A> {
    type Making = SendMaking<A>;

    fn make(&mut self, life: Life<A::Handle>) -> SendMaking<A> {
        (self.0)(life)
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

impl<A: Actor, F: FnMut(&Life<A::Handle>) -> Made<A>> Factory<A> for LocalFactory<A, F> {
    type Making = Ready<Made<A>>;

    fn make(&mut self, life: Life<A::Handle>) -> Ready<Made<A>> {
        ready((self.make)(&life))
    }
}
