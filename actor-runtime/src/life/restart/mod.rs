//! Restarts: an actor that gets a new state when a panic has ended its life.
//!
//! An actor has one mailbox and, if it is restarted, several lives, one after another. A life begins when a
//! factory has made the state, and ends when that state is dropped. The loop itself goes from one life to
//! the next: see [`lives`].
//!
//! # Invariants
//!
//! 1. The mailbox is not touched between two lives. The messages in it, and the senders that wait for room,
//!    stay in their order.
//! 2. Nothing is left of a life when the factory runs again: its children have ended, its lease is over,
//!    its state was dropped, and every call that it owed an answer has completed.
//! 3. A sealed mailbox stays sealed: a panic in `#[on_stop]`, or in a handler that takes `self`, is the end.

pub(crate) mod builder;
pub(crate) mod factory;
pub(crate) mod first;
pub(crate) mod lives;
pub(crate) mod schedule;

use std::{
    ops::RangeInclusive,
    sync::{
        Arc as StdArc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use crate::{
    debug::opaque_debug,
    exit::ExitReason,
    handle::{ActorHandle, weak::WeakHandle},
    slot::message::Message,
};

/// How often an actor is restarted, and how long it waits before each restart.
///
/// Passed to [`Builder::restart`](crate::Builder::restart).
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use actor_runtime::Restarts;
///
/// // At most five in a minute. The first wait is 50 milliseconds, the next 100, 200, 400 and 800.
/// let restarts = Restarts::new(5, Duration::from_secs(60))
///     .backoff(Duration::from_millis(50)..=Duration::from_secs(10));
/// # drop(restarts);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restarts {
    most: usize,
    within: Duration,
    backoff: RangeInclusive<Duration>,
}

impl Restarts {
    /// The backoff of restarts for which none is set.
    const BACKOFF: RangeInclusive<Duration> =
        RangeInclusive::new(Duration::from_millis(100), Duration::from_secs(10));

    /// Allows `most` restarts within any period of length `within`, with a backoff from 100 milliseconds to
    /// 10 seconds. `usize::MAX` allows any number.
    ///
    /// When one more would be needed, the actor ends, with the reason why its last life ended.
    #[must_use]
    pub const fn new(most: usize, within: Duration) -> Self {
        Self { most, within, backoff: Self::BACKOFF }
    }

    /// Like [`new`](Self::new), but without a backoff: each restart follows at once.
    ///
    /// Suitable for an actor that only computes. One that depends on something which can be unavailable would
    /// use up its restarts in no time.
    #[must_use]
    pub const fn at_once(most: usize, within: Duration) -> Self {
        Self { most, within, backoff: RangeInclusive::new(Duration::ZERO, Duration::ZERO) }
    }

    /// Sets how long the actor waits before a restart: at first the start of `range`, and twice as long each
    /// time, up to its end. Once a life has lasted for the period in which restarts are counted, the wait is
    /// the shortest again.
    ///
    /// Each wait is up to a tenth shorter or longer than that, but never outside of `range`, so that actors
    /// which have failed together do not all try again at the same time.
    ///
    /// # Panics
    ///
    /// Panics if `range` is empty.
    #[must_use]
    pub fn backoff(self, range: RangeInclusive<Duration>) -> Self {
        assert!(!range.is_empty(), "the shortest backoff is longer than the longest");
        Self { backoff: range, ..self }
    }
}

/// One life of an actor that is restarted, as its factory sees it.
///
/// See [`RestartBuilder`](crate::RestartBuilder).
pub struct Life<H: ActorHandle> {
    handle: WeakHandle<H>,
    number: u64,
    reason: Option<ExitReason>,
    is_last_attempt: StdArc<AtomicBool>,
}

impl<H: ActorHandle> Life<H> {
    /// The first life of an actor.
    pub(crate) fn first(handle: WeakHandle<H>) -> Self {
        Self::new(handle, 0, None)
    }

    pub(crate) fn new(handle: WeakHandle<H>, number: u64, reason: Option<ExitReason>) -> Self {
        Self { handle, number, reason, is_last_attempt: StdArc::default() }
    }

    /// Returns a weak handle to the actor, which is the same in all of its lives.
    #[must_use]
    pub fn handle(&self) -> &WeakHandle<H> {
        &self.handle
    }

    /// Returns the number of this life: 0 for the first, and one more for each restart. Attempts that failed
    /// count as well.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Returns why the last life ended, or `None` in the first.
    ///
    /// It is [`ExitReason::Panicked`], or [`ExitReason::StartFailed`] if the factory or `#[on_start]` returned
    /// an error.
    #[must_use]
    pub fn reason(&self) -> Option<&ExitReason> {
        self.reason.as_ref()
    }

    /// Makes this attempt the last: if the factory or `#[on_start]` fails, the actor ends.
    pub fn give_up(&self) {
        self.is_last_attempt.store(true, Ordering::Relaxed);
    }

    /// Returns what [`give_up`](Self::give_up) sets.
    pub(crate) fn is_last_attempt(&self) -> StdArc<AtomicBool> {
        self.is_last_attempt.clone()
    }
}

opaque_debug!([H: ActorHandle] Life<H>, "Life", actor = H::Message::ACTOR);
