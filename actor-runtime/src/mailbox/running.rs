//! What runs, since when, and what was done: what statistics are made of.

use std::time::{Duration, Instant};

use crate::mailbox::{Shared, queue::Queue};
use crate::{
    mailbox::stats::{Counts, Stats},
    observe,
    slot::message::Message,
    sync::{Ordering, lock},
};

/// A handler at work.
pub(super) struct Running {
    method: &'static str,
    since: Since,
}

/// Since when a handler runs, as far as that is known.
///
/// From its start if the actor is watched. Or else from when it first made somebody wait: from the
/// first message that came while it waited. Or else from when somebody first asked.
enum Since {
    Unknown,
    /// It waits, and nothing has come since.
    Waits,
    At(Instant),
}

impl Running {
    /// A handler that starts.
    pub(super) fn new(method: &'static str, is_watched: bool) -> Self {
        let since = if is_watched { Since::At(Instant::now()) } else { Since::Unknown };
        Self { method, since }
    }

    /// Notes that it waits for something.
    pub(super) fn note_wait(&mut self) {
        if let Since::Unknown = self.since {
            self.since = Since::Waits;
        }
    }

    /// Notes that a message has come.
    #[inline]
    pub(super) fn note_arrival(&mut self) {
        if let Since::Waits = self.since {
            self.since = Since::At(Instant::now());
        }
    }

    /// For how long it has run, at the least.
    pub(super) fn lasts(&mut self) -> Duration {
        let now = Instant::now();
        match self.since {
            Since::At(begun) => now - begun,
            Since::Unknown | Since::Waits => {
                self.since = Since::At(now);
                Duration::ZERO
            }
        }
    }
}

impl<M: Message> Shared<M> {
    /// Notes that a handler panicked.
    pub(crate) fn panicked(&self, method: &'static str, message: &str) {
        lock(&self.queue).counts.panicked += 1;
        observe::panicked(M::ACTOR, method, message);
    }

    pub(crate) fn stats(&self) -> Stats {
        let mut queue = lock(&self.queue);
        self.watched.store(true, Ordering::Relaxed);
        let mut stats = Stats {
            queued: queue.accepted.len(),
            waiting: queue.waiting.len(),
            capacity: self.capacity,
            running: self.running_for(&mut queue),
            counts: Counts { handled: queue.counts.handled + self.inlined(), ..queue.counts },
            handles: self.handles.load(Ordering::Relaxed),
            lease: None,
        };
        if let Some(served) = &queue.served {
            served.add_to(&mut stats);
        }
        stats
    }
}

impl<M: Message> Shared<M> {
    /// The handler that runs, and for how long it has, at the least.
    pub(super) fn running_for(&self, queue: &mut Queue<M>) -> Option<(&'static str, Duration)> {
        let running = queue.running.as_mut().filter(|_| !self.is_idle.load(Ordering::Relaxed))?;
        Some((running.method, running.lasts()))
    }

    /// Counts a handler that a caller runs. The caller has the actor in hand.
    #[inline]
    pub(crate) fn count_inline(&self) {
        let inlined = self.inlined.load(Ordering::Relaxed);
        self.inlined.store(inlined.wrapping_add(1), Ordering::Relaxed);
    }

    /// Notes that a caller begins to run a handler, if anybody asks. Says whether the
    /// [end](Self::end_inline) is to be noted as well.
    pub(crate) fn begin_inline(&self, method: &'static str) -> bool {
        let is_watched = self.is_watched();
        if is_watched {
            self.is_idle.store(false, Ordering::Relaxed);
            self.note_inline(Some(Running::new(method, true)));
        }
        is_watched
    }

    /// Notes that the handler is over.
    pub(crate) fn end_inline(&self) {
        self.note_inline(None);
    }

    pub(super) fn note_inline(&self, running: Option<Running>) {
        lock(&self.queue).running = running;
    }

    pub(super) fn inlined(&self) -> u64 {
        self.inlined.load(Ordering::Relaxed) as u64
    }

    #[inline]
    pub(crate) fn is_watched(&self) -> bool {
        self.watched.load(Ordering::Relaxed)
    }
}
