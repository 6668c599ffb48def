//! The interface of a contestant.
//!
//! To add another library, implement [`Contestant`] in a file under `contestants`, and add a line to
//! [`ROSTER`](crate::roster::ROSTER).

use std::{fmt, future::Future};

use crate::{flavor::Flavor, workload::Row};

/// A [`Counter`](crate::counter::Counter) behind a way of passing messages.
///
/// Dropping the last clone of a handle ends the counter. The methods panic on errors, because no workload
/// expects one.
pub trait Contestant: 'static {
    /// The handle of a sender.
    type Handle: Clone + Send + Sync + 'static;

    /// The output of a call.
    type Answer: Answer;

    /// The package whose version is shown in the report.
    const PACKAGE: Option<&'static str> = None;

    /// A note for readers of the report.
    const NOTE: Option<&'static str> = None;

    /// Whether a call is handled after all messages accepted before it.
    const IN_ORDER: bool = true;

    /// Returns the reason why it does not support `row`, or `None` if it does. Unsupported rows are not run.
    fn cannot(row: Row) -> Option<&'static str> {
        let _ = row;
        None
    }

    /// Runs a workload on a runtime of this flavor.
    fn block_on<F: Future>(flavor: Flavor, workload: F) -> F::Output {
        flavor.runtime().block_on(workload)
    }

    /// Starts a counter with a mailbox for `capacity` messages.
    fn spawn(capacity: usize) -> impl Future<Output = Self::Handle>;

    /// Adds `amount` and waits for the total.
    fn call(handle: &Self::Handle, amount: u64) -> impl Future<Output = Self::Answer> + Send;

    /// Like [`call`](Self::call), with an `async` handler that does not wait.
    fn call_ready(handle: &Self::Handle, amount: u64) -> impl Future<Output = u64> + Send;

    /// Like [`call`](Self::call), with a handler that yields to the scheduler once.
    fn call_yielding(handle: &Self::Handle, amount: u64) -> impl Future<Output = u64> + Send;

    /// Adds `amount` without a reply, waiting only for room in the mailbox.
    fn cast(handle: &Self::Handle, amount: u64) -> impl Future<Output = ()> + Send;

    /// Adds `amount` without a reply and without waiting.
    fn try_cast(handle: &Self::Handle, amount: u64);
}

/// The output of a call: the total, or a library's `Result` of it.
///
/// With this trait a contestant can return the library's own future. A wrapper would add a cost to each call
/// that users of the library do not have.
pub trait Answer {
    /// Returns the total.
    ///
    /// # Panics
    ///
    /// Panics on an error.
    fn total(self) -> u64;
}

impl Answer for u64 {
    fn total(self) -> u64 {
        self
    }
}

impl Answer for String {
    fn total(self) -> u64 {
        self.parse().expect("the text of a number")
    }
}

impl<T: Answer, E: fmt::Debug> Answer for Result<T, E> {
    fn total(self) -> u64 {
        self.expect("the contestant answers").total()
    }
}
