//! The actor that `#[actor]` writes.

use actor_runtime::{Builder, Capacity, actor};

use crate::{contestant::Contestant, counter::Counter};

/// Sums.
#[derive(Debug, Default)]
pub struct Summing {
    counter: Counter,
}

#[actor]
impl Summing {
    /// Adds `amount` and answers with the total.
    pub fn add(&mut self, amount: u64) -> u64 {
        self.counter.add(amount)
    }

    /// As `add`, with a turn of the scheduler in between.
    pub async fn add_and_yield(&mut self, amount: u64) -> u64 {
        self.counter.add_and_yield(amount).await
    }
}

/// The generated actor.
#[derive(Debug)]
pub struct Generated;

impl Contestant for Generated {
    type Handle = SummingHandle;

    fn spawn(capacity: usize) -> Self::Handle {
        Builder::new().mailbox(Capacity::bounded(capacity)).spawn(Summing::default())
    }

    async fn call(handle: &Self::Handle, amount: u64) -> u64 {
        handle.add(amount).await.expect("the actor answers")
    }

    async fn call_yielding(handle: &Self::Handle, amount: u64) -> u64 {
        handle.add_and_yield(amount).await.expect("the actor answers")
    }

    async fn cast(handle: &Self::Handle, amount: u64) {
        handle.add(amount).cast().await.expect("the actor lives");
    }

    fn try_cast(handle: &Self::Handle, amount: u64) {
        handle.add(amount).try_cast().expect("there is room");
    }
}
