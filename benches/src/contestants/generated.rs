//! The actors that `#[actor]` writes.
//!
//! Two of them, with the same handlers: a `fn` handler of the first runs on the thread of its caller while
//! the actor is idle, the other's is queued each time.

use actor_runtime::{Builder, CallError, Capacity, actor};

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

    /// As `add`, on the actor's task.
    pub async fn add_ready(&mut self, amount: u64) -> u64 {
        self.counter.add_ready(amount).await
    }

    /// As `add`, with a turn of the scheduler in between.
    pub async fn add_and_yield(&mut self, amount: u64) -> u64 {
        self.counter.add_and_yield(amount).await
    }
}

/// Sums, on its own task only.
#[derive(Debug, Default)]
pub struct Queueing {
    counter: Counter,
}

#[actor]
impl Queueing {
    /// Adds `amount` and answers with the total.
    #[handler(queued)]
    pub fn add(&mut self, amount: u64) -> u64 {
        self.counter.add(amount)
    }

    /// As `add`, by an `async` handler.
    pub async fn add_ready(&mut self, amount: u64) -> u64 {
        self.counter.add_ready(amount).await
    }

    /// As `add`, with a turn of the scheduler in between.
    pub async fn add_and_yield(&mut self, amount: u64) -> u64 {
        self.counter.add_and_yield(amount).await
    }
}

/// Makes a contestant of an actor.
macro_rules! contestant {
    ($(#[$doc:meta])* $contestant:ident, $actor:ident, $handle:ident) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $contestant;

        impl Contestant for $contestant {
            type Handle = $handle;
            type Answer = Result<u64, CallError>;

            async fn spawn(capacity: usize) -> Self::Handle {
                Builder::new().mailbox(Capacity::bounded(capacity)).spawn($actor::default())
            }

            fn call(handle: &Self::Handle, amount: u64) -> impl Future<Output = Self::Answer> + Send {
                handle.add(amount)
            }

            async fn call_ready(handle: &Self::Handle, amount: u64) -> u64 {
                handle.add_ready(amount).await.expect("the actor answers")
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
    };
}

contestant! {
    /// An actor as `#[actor]` writes it.
    Generated, Summing, SummingHandle
}

contestant! {
    /// An actor all of whose handlers are queued.
    Queued, Queueing, QueueingHandle
}
