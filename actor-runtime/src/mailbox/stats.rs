//! What an actor is doing, for the person who is called at three in the morning.

use std::time::Duration;

use crate::mailbox::capacity::Capacity;

/// What the loop has counted since its start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Messages whose handler was begun.
    pub handled: u64,
    /// Events whose handler was begun.
    pub events: u64,
    /// Calls that were not begun, because their callers had gone away.
    pub skipped: u64,
    /// Handlers that panicked.
    pub panicked: u64,
}

impl Counts {
    /// Both together.
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            handled: self.handled + other.handled,
            skipped: self.skipped + other.skipped,
            panicked: self.panicked + other.panicked,
            events: self.events + other.events,
        }
    }
}

/// A lease at one moment. See [`ActorHandle::lease`](crate::ActorHandle::lease).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LeaseStats {
    /// For how long the actor has been leased.
    pub lasted: Duration,
    /// How many messages of the lease are in its mailbox.
    pub queued: usize,
    /// How many senders wait for room in it.
    pub waiting: usize,
}

/// What an actor is doing at one moment. See [`ActorHandle::stats`](crate::ActorHandle::stats).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// How many messages are in the mailbox.
    pub queued: usize,
    /// How many senders wait for room in it.
    pub waiting: usize,
    /// How many messages it holds.
    pub capacity: Capacity,
    /// The handler that runs, and for how long it has, at the least.
    ///
    /// Nobody reads the clock for an actor that nobody looks at. So when its statistics are asked
    /// for the first time, the time counts from the first message that came while the handler waited
    /// at an `.await`; and if there was none yet, from now. From then on it counts from the start of
    /// each handler.
    ///
    /// For the same reason a handler that runs on the thread of its caller is seen here only if it
    /// began after somebody had looked.
    pub running: Option<(&'static str, Duration)>,
    /// What was done so far.
    pub counts: Counts,
    /// How many handles there are. A lease counts as one.
    pub handles: usize,
    /// The lease the actor is under: nothing but its messages is handled before it ends.
    pub lease: Option<LeaseStats>,
}
