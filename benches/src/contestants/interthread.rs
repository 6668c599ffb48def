//! The same actor with interthread: an attribute on the `impl`, and a handle with its methods.

#![expect(missing_docs, reason = "the generated struct has no docs")]

use crate::{contestant::Contestant, counter::Counter, workload::Row};

/// The actor.
#[derive(Debug, Default)]
pub struct Summing {
    counter: Counter,
}

#[interthread::actor(channel = 1024, lib = "tokio")]
impl Summing {
    /// Creates a counter at zero.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds `amount` and returns the total.
    pub fn add(&mut self, amount: u64) -> u64 {
        self.counter.add(amount)
    }

    /// Adds `amount`. A method without a return value becomes a message without a reply.
    pub fn put(&mut self, amount: u64) {
        self.counter.add(amount);
    }

    /// Like `add`, with an `async fn` of the counter.
    pub async fn add_ready(&mut self, amount: u64) -> u64 {
        self.counter.add_ready(amount).await
    }

    /// Like `add`, yielding to the scheduler once.
    pub async fn add_and_yield(&mut self, amount: u64) -> u64 {
        self.counter.add_and_yield(amount).await
    }
}

/// The contestant for interthread.
#[derive(Debug)]
pub struct Interthread;

impl Contestant for Interthread {
    type Handle = SummingLive;
    type Answer = u64;

    const PACKAGE: Option<&'static str> = Some("interthread");
    const NOTE: Option<&'static str> = Some(
        "its methods take `&mut` handles, so each message clones one; a caller of an actor that has ended \
         panics, and nothing waits for the end of an actor",
    );

    fn cannot(row: Row) -> Option<&'static str> {
        (row == Row::TryCast).then_some("it has no send that never waits")
    }

    async fn spawn(_capacity: usize) -> Self::Handle {
        SummingLive::new()
    }

    async fn call(handle: &Self::Handle, amount: u64) -> u64 {
        handle.clone().add(amount).await
    }

    async fn call_ready(handle: &Self::Handle, amount: u64) -> u64 {
        handle.clone().add_ready(amount).await
    }

    async fn call_yielding(handle: &Self::Handle, amount: u64) -> u64 {
        handle.clone().add_and_yield(amount).await
    }

    async fn cast(handle: &Self::Handle, amount: u64) {
        handle.clone().put(amount).await;
    }

    fn try_cast(_handle: &Self::Handle, _amount: u64) {
        unreachable!("it has no such row")
    }
}
