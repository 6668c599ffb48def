//! What a contestant has to do.
//!
//! To add another library, implement [`Contestant`] in a file of its own under `contestants`, and give it
//! a line in [`ROSTER`](crate::roster::ROSTER).

use std::{fmt, future::Future};

use crate::{flavor::Flavor, workload::Row};

/// A [`Counter`](crate::counter::Counter) behind some way of passing messages.
///
/// A handle that is dropped, and has no clones, ends what is behind it. Errors are panics here: no
/// workload may see one.
pub trait Contestant: 'static {
    /// What a sender holds.
    type Handle: Clone + Send + Sync + 'static;

    /// What a call gives.
    type Answer: Answer;

    /// The package whose version the report names.
    const PACKAGE: Option<&'static str> = None;

    /// What a reader has to know beside its figures.
    const NOTE: Option<&'static str> = None;

    /// Whether a call is handled after all messages that were accepted before it.
    const IN_ORDER: bool = true;

    /// Why it has no figure in `row`, if it has none. Such a row is never run.
    fn cannot(row: Row) -> Option<&'static str> {
        let _ = row;
        None
    }

    /// Runs a workload on a runtime of this kind.
    fn block_on<F: Future>(flavor: Flavor, workload: F) -> F::Output {
        flavor.runtime().block_on(workload)
    }

    /// Starts one, whose mailbox holds `capacity` messages.
    fn spawn(capacity: usize) -> impl Future<Output = Self::Handle>;

    /// Adds `amount` and waits for the total.
    fn call(handle: &Self::Handle, amount: u64) -> impl Future<Output = Self::Answer> + Send;

    /// As [`call`](Self::call), by an `async` handler that has nothing to wait for.
    fn call_ready(handle: &Self::Handle, amount: u64) -> impl Future<Output = u64> + Send;

    /// As [`call`](Self::call), by a handler that waits for a turn of the scheduler.
    fn call_yielding(handle: &Self::Handle, amount: u64) -> impl Future<Output = u64> + Send;

    /// Adds `amount`, and waits for room in the mailbox only.
    fn cast(handle: &Self::Handle, amount: u64) -> impl Future<Output = ()> + Send;

    /// Adds `amount` if there is room.
    fn try_cast(handle: &Self::Handle, amount: u64);
}

/// What a call gives: the total, or a library's `Result` of it.
///
/// So a contestant can give the very future that its library makes. One around it is a function more for
/// each call, which the user of a library does not have.
pub trait Answer {
    /// The total.
    ///
    /// # Panics
    ///
    /// On an error.
    fn total(self) -> u64;
}

impl Answer for u64 {
    fn total(self) -> u64 {
        self
    }
}

impl<E: fmt::Debug> Answer for Result<u64, E> {
    fn total(self) -> u64 {
        self.expect("the contestant answers")
    }
}
