//! What actors on several machines promise: one body for each promise, to be run on every engine.

pub mod actors;
pub mod contract;
pub mod ledger;
pub mod nats;
pub mod raw;
#[cfg(feature = "nats")]
pub mod relay;

use std::future::Future;

use actor_remote::Link;

/// An engine to test.
pub trait Transport: Sync {
    /// Whether all know at once who serves a name, and who does not any more.
    const TELLS_WHO_ENDS: bool = true;

    /// Links one more part, which stands for a process.
    fn link(&self) -> impl Future<Output = Link> + Send;
}
