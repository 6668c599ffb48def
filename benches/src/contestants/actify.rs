//! The same actor with actify: an attribute on the `impl`, and a handle with its methods.

#![expect(missing_docs, reason = "the generated trait has no docs")]

use actify::{Handle, ToView, actify};

use crate::{contestant::Contestant, counter::Counter, workload::Row};

/// The actor.
#[derive(Debug, Default)]
pub struct Summing {
    counter: Counter,
}

/// Sends nothing to subscribers, so that no state is copied.
impl ToView<()> for Summing {
    fn to_view(&self) {}
}

#[actify]
impl Summing {
    /// Adds `amount` and returns the total.
    #[actify::skip_broadcast]
    fn add(&mut self, amount: u64) -> u64 {
        self.counter.add(amount)
    }

    /// Like `add`, with an `async fn` of the counter.
    #[actify::skip_broadcast]
    async fn add_ready(&mut self, amount: u64) -> u64 {
        self.counter.add_ready(amount).await
    }

    /// Like `add`, yielding to the scheduler once.
    #[actify::skip_broadcast]
    async fn add_and_yield(&mut self, amount: u64) -> u64 {
        self.counter.add_and_yield(amount).await
    }
}

/// The contestant for actify.
#[derive(Debug)]
pub struct Actify;

impl Contestant for Actify {
    type Handle = Handle<Summing, ()>;
    type Answer = u64;

    const PACKAGE: Option<&'static str> = Some("actify");
    const NOTE: Option<&'static str> =
        Some("its mailbox holds 100 messages; it tells no subscribers of what has changed");

    fn cannot(row: Row) -> Option<&'static str> {
        matches!(row, Row::Cast | Row::Cast4 | Row::TryCast)
            .then_some("it has no message without an answer")
    }

    async fn spawn(_capacity: usize) -> Self::Handle {
        Handle::new(Summing::default())
    }

    fn call(handle: &Self::Handle, amount: u64) -> impl Future<Output = Self::Answer> + Send {
        handle.add(amount)
    }

    async fn call_ready(handle: &Self::Handle, amount: u64) -> u64 {
        handle.add_ready(amount).await
    }

    async fn call_yielding(handle: &Self::Handle, amount: u64) -> u64 {
        handle.add_and_yield(amount).await
    }

    async fn cast(_handle: &Self::Handle, _amount: u64) {
        unreachable!("it has no such row")
    }

    fn try_cast(_handle: &Self::Handle, _amount: u64) {
        unreachable!("it has no such row")
    }
}
