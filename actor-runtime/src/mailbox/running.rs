//! Which handler or hook is running, since when, and the counters behind [`Stats`].

use std::time::{Duration, Instant};

use crate::mailbox::{Shared, queue::Queue};
use crate::{
    mailbox::stats::{Counts, Stats},
    observe,
    slot::message::Message,
    sync::{Ordering, lock},
    thread::ring,
};

/// A running handler or hook.
pub(super) struct Running {
    method: &'static str,
    since: Since,
}

/// The time from which a handler's duration is measured.
///
/// That is its start if the actor is watched. Otherwise it is the arrival of the first message after
/// the handler first waited at an `.await`, or else the first time that the duration is read.
enum Since {
    Unknown,
    /// The handler has waited, and no message has arrived since.
    Waiting,
    At(Instant),
}

impl Running {
    /// A handler that starts now.
    pub(super) fn new(method: &'static str, is_watched: bool) -> Self {
        let since = if is_watched { Since::At(Instant::now()) } else { Since::Unknown };
        Self { method, since }
    }

    /// Records that the handler waits for something.
    pub(super) fn note_wait(&mut self) {
        if let Since::Unknown = self.since {
            self.since = Since::Waiting;
        }
    }

    /// Records that a message arrived.
    #[inline]
    pub(super) fn note_arrival(&mut self) {
        if let Since::Waiting = self.since {
            self.since = Since::At(Instant::now());
        }
    }

    /// Returns a lower bound of the time that the handler has been running.
    pub(super) fn elapsed(&mut self) -> Duration {
        let now = Instant::now();
        match self.since {
            Since::At(begun) => now - begun,
            Since::Unknown | Since::Waiting => {
                self.since = Since::At(now);
                Duration::ZERO
            }
        }
    }
}

impl<M: Message> Shared<M> {
    /// Counts and reports a panic in a handler.
    pub(crate) fn report_panic(&self, method: &'static str, message: &str) {
        lock(&self.queue).counts.panicked += 1;
        observe::panicked(M::ACTOR, method, message);
    }

    /// Reads the clock for every message from now on.
    pub(crate) fn watch(&self) {
        self.watched.store(true, Ordering::Relaxed);
        self.seat.watch();
    }

    /// Returns the statistics, and reads the clock for every message from now on.
    pub(crate) fn stats(&self) -> Stats {
        let mut queue = lock(&self.queue);
        self.watch();
        let inlined = self.inlined.load(Ordering::Relaxed) as u64;
        let mut stats = Stats {
            queued: queue.accepted.len(),
            waiting: queue.waiting.len(),
            capacity: self.capacity,
            running: self.running_for(&mut queue),
            waits_for: ring::waits_of(self.id),
            counts: Counts { handled: queue.counts.handled + inlined, ..queue.counts },
            handles: self.handles.load(Ordering::Relaxed),
            restarts: queue.lives.as_ref().map(|lives| lives.stats()).unwrap_or_default(),
            lease: None,
        };
        if let Some(served) = &queue.served {
            served.add_to(&mut stats);
        }
        stats
    }
}

impl<M: Message> Shared<M> {
    /// Returns the running handler, with a lower bound of the time that it has been running.
    pub(super) fn running_for(&self, queue: &mut Queue<M>) -> Option<(&'static str, Duration)> {
        let running = queue.running.as_mut().filter(|_| !self.is_idle.load(Ordering::Relaxed))?;
        Some((running.method, running.elapsed()))
    }

    /// Records that a hook waits. It is over when the loop looks at this mailbox next, at the latest.
    #[cold]
    pub(crate) fn wait_in_hook(&self, hook: &'static str) {
        let mut queue = lock(&self.queue);
        if queue.running.as_ref().is_none_or(|running| running.method != hook) {
            self.is_idle.store(false, Ordering::Relaxed);
            queue.running = Some(Running::new(hook, true));
        }
    }

    /// Records that a hook is over, where the loop may look at the mailbox of a lease next.
    #[cold]
    pub(crate) fn end_hook(&self) {
        lock(&self.queue).running = None;
    }

    /// Counts a handler that a caller runs. The caller must hold the actor: the update is not atomic.
    #[inline]
    pub(crate) fn count_inline(&self) {
        let inlined = self.inlined.load(Ordering::Relaxed);
        self.inlined.store(inlined.wrapping_add(1), Ordering::Relaxed);
    }

    /// The number of handlers that callers have run so far.
    #[inline]
    pub(crate) fn inlined(&self) -> usize {
        self.inlined.load(Ordering::Relaxed)
    }

    /// Records that a caller starts a handler, if the actor is watched. On `true`, the caller must
    /// call [`end_inline`](Self::end_inline) afterwards.
    pub(crate) fn begin_inline(&self, method: &'static str) -> bool {
        let is_watched = self.is_watched();
        if is_watched {
            self.is_idle.store(false, Ordering::Relaxed);
            lock(&self.queue).running = Some(Running::new(method, true));
        }
        is_watched
    }

    /// Records that the handler that a caller ran has returned.
    pub(crate) fn end_inline(&self) {
        lock(&self.queue).running = None;
    }

    /// Returns whether the statistics of this mailbox have been read.
    #[inline]
    pub(crate) fn is_watched(&self) -> bool {
        self.watched.load(Ordering::Relaxed)
    }
}
