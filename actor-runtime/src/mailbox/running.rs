//! Which handler or hook is running, since when, and the counters behind [`Stats`].

use std::{
    ptr,
    time::{Duration, Instant},
};

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
/// the handler first waited at an `.await`, or else the first time that the duration is asked for.
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

    /// Returns a lower bound of the time that the handler has been running, if there is one. The next time
    /// counts from now at the latest.
    pub(super) fn elapsed(&mut self) -> Option<Duration> {
        let now = Instant::now();
        match self.since {
            Since::At(begun) => Some(now - begun),
            Since::Unknown | Since::Waiting => {
                self.since = Since::At(now);
                None
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
        let mut stats = Stats {
            queued: self.queued(&queue),
            waiting: queue.waiting.len(),
            capacity: self.capacity,
            running: self.running_for(&mut queue),
            waits_for: ring::waits_of(self.id),
            counts: self.counts(&queue),
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

/// The names of handlers that have run without the lock, by their index.
///
/// They are told apart by their addresses, which costs less than to compare them. Most mailboxes have none.
#[derive(Default)]
#[expect(clippy::box_collection, reason = "a pointer is a third of a vector")]
pub(super) struct Names(Option<Box<Vec<&'static str>>>);

impl Names {
    /// More are not recorded, since they are looked up one by one.
    const MOST: usize = 16;

    fn get(&self, index: usize) -> Option<&'static str> {
        self.0.as_ref()?.get(index).copied()
    }

    fn index_of(&self, name: &'static str) -> Option<usize> {
        self.0.as_ref()?.iter().position(|other| ptr::eq(*other, name))
    }

    /// Adds `name`, unless it is there or there is no room for it.
    fn add(&mut self, name: &'static str) {
        let names = self.0.get_or_insert_default();
        if names.len() < Self::MOST && !names.iter().any(|other| ptr::eq(*other, name)) {
            names.push(name);
        }
    }
}

/// The names that the loop has met in a mailbox.
#[derive(Default)]
pub(super) struct MetNames {
    /// A copy of [`Queue::names`].
    names: Names,
    /// The name of the last handler and its index, since it is often that of the next.
    last: &'static str,
    last_index: usize,
}

impl MetNames {
    #[inline]
    fn index_of(&mut self, name: &'static str) -> Option<usize> {
        if !ptr::eq(self.last, name) {
            self.last_index = self.names.index_of(name)?;
            self.last = name;
        }
        Some(self.last_index)
    }
}

/// The values of [`Shared::activity`]: what runs is in [`Queue::running`]; nothing; or the handler at an index in
/// [`Queue::names`], from [`FIRST`] on.
pub(super) const RECORDED: usize = 0;
const IDLE: usize = 1;
const FIRST: usize = 2;

impl<M: Message> Shared<M> {
    /// Records what runs, with a time.
    #[inline]
    pub(super) fn set_running(&self, queue: &mut Queue<M>, running: Option<Running>) {
        queue.running = running;
        self.activity.store(RECORDED, Ordering::Relaxed);
    }

    /// Records that a handler runs, without the lock if possible.
    #[inline]
    pub(super) fn run_unlocked(&self, method: &'static str, met: &mut MetNames) {
        match met.index_of(method).filter(|_| !self.is_watched()) {
            Some(index) => self.activity.store(FIRST + index, Ordering::Relaxed),
            None => self.run_locked(method, met),
        }
    }

    /// Records that a handler runs, and its name for the next time.
    #[cold]
    #[inline(never)]
    fn run_locked(&self, method: &'static str, met: &mut MetNames) {
        let mut queue = lock(&self.queue);
        if !self.is_watched() {
            queue.names.add(method);
            met.names.0.clone_from(&queue.names.0);
        }
        let running = Running::new(method, self.is_watched());
        self.set_running(&mut queue, Some(running));
    }

    /// Records that nothing runs.
    #[inline]
    pub(super) fn rest(&self) {
        self.activity.store(IDLE, Ordering::Relaxed);
    }

    /// Returns the running handler, with a lower bound of the time that it has been running, if there is one.
    pub(super) fn running_for(
        &self,
        queue: &mut Queue<M>,
    ) -> Option<(&'static str, Option<Duration>)> {
        loop {
            let activity = self.activity.load(Ordering::Relaxed);
            if activity == RECORDED {
                let running = queue.running.as_mut()?;
                return Some((running.method, running.elapsed()));
            }
            let method = queue.names.get(activity.checked_sub(FIRST)?)?;
            let (relaxed, recorded) = (Ordering::Relaxed, RECORDED);
            let is_running =
                self.activity.compare_exchange(activity, recorded, relaxed, relaxed).is_ok();
            if is_running {
                queue.running = Some(Running::new(method, true));
                return Some((method, None));
            }
        }
    }

    /// Records that the running handler waits for something.
    pub(super) fn note_wait(&self, queue: &mut Queue<M>) {
        let activity = self.activity.load(Ordering::Relaxed);
        let method = activity.checked_sub(FIRST).and_then(|index| queue.names.get(index));
        if let Some(method) = method {
            self.set_running(queue, Some(Running::new(method, false)));
        }
        if let Some(running) = &mut queue.running {
            running.note_wait();
        } else if let Some(served) = &queue.served {
            let lease = &served.lease;
            lease.note_wait(&mut lock(&lease.queue));
        }
    }

    /// Records that a hook waits. It is over when the loop looks at this mailbox next, at the latest.
    #[cold]
    pub(crate) fn wait_in_hook(&self, hook: &'static str) {
        let mut queue = lock(&self.queue);
        let is_recorded = self.activity.load(Ordering::Relaxed) == RECORDED;
        let running = queue.running.as_ref().filter(|_| is_recorded);
        if running.is_none_or(|running| running.method != hook) {
            self.set_running(&mut queue, Some(Running::new(hook, true)));
        }
    }

    /// Records that a hook is over, where the loop may look at the mailbox of a lease next.
    #[cold]
    pub(crate) fn end_hook(&self) {
        self.set_running(&mut lock(&self.queue), None);
    }

    /// Counts a handler that begins without the lock. The caller must hold the actor: the update is not atomic.
    #[inline]
    pub(crate) fn count_unlocked(&self) {
        let handled = self.handled_unlocked.load(Ordering::Relaxed);
        self.handled_unlocked.store(handled.wrapping_add(1), Ordering::Relaxed);
    }

    /// The number of handlers that have begun without the lock.
    #[inline]
    pub(crate) fn handled_unlocked(&self) -> usize {
        self.handled_unlocked.load(Ordering::Relaxed)
    }

    /// The counters of this mailbox.
    pub(super) fn counts(&self, queue: &Queue<M>) -> Counts {
        let unlocked = self.handled_unlocked() as u64;
        Counts { handled: queue.counts.handled + unlocked, ..queue.counts }
    }

    /// Records that a caller starts a handler, if the actor is watched. On `true`, the caller must
    /// call [`end_inline`](Self::end_inline) afterwards.
    pub(crate) fn begin_inline(&self, method: &'static str) -> bool {
        let is_watched = self.is_watched();
        if is_watched {
            self.set_running(&mut lock(&self.queue), Some(Running::new(method, true)));
        }
        is_watched
    }

    /// Records that the handler that a caller ran has returned.
    pub(crate) fn end_inline(&self) {
        self.set_running(&mut lock(&self.queue), None);
    }

    /// Returns whether the statistics of this mailbox have been read.
    #[inline]
    pub(crate) fn is_watched(&self) -> bool {
        self.watched.load(Ordering::Relaxed)
    }
}
