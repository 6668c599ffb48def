//! Statistics of an actor, for diagnosing it while it runs.

use std::time::Duration;

use crate::{
    error::Method,
    mailbox::{capacity::Capacity, restarts::RestartStats},
};

/// Counters of an actor since it was created.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Messages whose handler started, including those handled on the threads of their callers.
    pub handled: u64,
    /// Events whose handler started.
    pub events: u64,
    /// Calls and leases that were skipped because their callers had gone.
    pub skipped: u64,
    /// Handlers that panicked.
    pub panicked: u64,
}

impl Counts {
    /// Returns the sum of both.
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            handled: self.handled + other.handled,
            skipped: self.skipped + other.skipped,
            panicked: self.panicked + other.panicked,
            events: self.events + other.events,
        }
    }
}

/// A snapshot of the lease that an actor serves. See [`ActorHandle::lease`](crate::ActorHandle::lease).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LeaseStats {
    /// The time for which the actor has been leased.
    pub lasted: Duration,
    /// The number of messages in the mailbox of the lease.
    pub queued: usize,
    /// The number of senders that wait for room in the mailbox.
    pub waiting: usize,
}

/// A snapshot of an actor. See [`ActorHandle::stats`](crate::ActorHandle::stats).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// The number of messages and requested leases in the mailbox.
    pub queued: usize,
    /// The number of senders that wait for room in the mailbox.
    pub waiting: usize,
    /// The capacity of the mailbox.
    pub capacity: Capacity,
    /// The name of the running handler, and a lower bound of the time that it has been running. A hook that
    /// waits has the name of its attribute; its time counts from its first wait.
    ///
    /// Unless it is [`timed`](crate::Builder::timed), an actor reads no clock until its statistics are read for
    /// the first time. At that first read, the time of a handler that is already running is `None`, because it is
    /// not known. If a message has arrived after the handler had waited at an `.await`, its time counts from that
    /// message. At further reads, the time of that handler counts from the first read at the latest, and the time
    /// of later handlers from their start.
    ///
    /// A handler that runs on the thread of its caller is reported only if it started after the
    /// first read.
    pub running: Option<(&'static str, Option<Duration>)>,
    /// The handlers for which the running handler waits, as far as it waits for other actors: for an answer, the
    /// next value of a stream, a lease, an exit, or room in a mailbox.
    ///
    /// It answers which of several actors that all wait is the one that is stuck.
    pub waits_for: Vec<Method>,
    /// The counters.
    pub counts: Counts,
    /// The restarts so far. See [`RestartBuilder`](crate::RestartBuilder).
    pub restarts: RestartStats,
    /// The number of handles. A lease counts as one, and so does `#[actor(keep_alive)]`.
    pub handles: usize,
    /// The lease that the actor serves, if any. Only the messages of the lease are handled until it
    /// ends.
    pub lease: Option<LeaseStats>,
}
