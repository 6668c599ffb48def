//! The lives of an actor that is restarted, as its mailbox records them.

use std::{
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};

use crate::{
    exit::{ExitReason, StoredReason},
    mailbox::{
        Shared, Wait as MailboxWait,
        queue::Phase,
        watchers::{Watcher, Watchers},
    },
    slot::message::Message,
    sync::{Ordering, bug, gap, lock},
    thread::{ring::Wait, waker::wake},
};

/// A restart of an actor. See [`ActorHandle::restarted`](crate::ActorHandle::restarted).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Restart {
    /// The number of the life that has started: 1 after the first restart.
    pub number: u64,
    /// Why the life before it ended.
    pub reason: ExitReason,
}

/// The restarts of an actor so far. See [`Stats::restarts`](crate::Stats::restarts).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RestartStats {
    /// How often the factory was called again, whether or not it succeeded.
    pub times: u64,
    /// Why the last life ended, or `None` if this is the first.
    pub reason: Option<ExitReason>,
    /// The time since the last restart, or `None` if there was none.
    pub elapsed: Option<Duration>,
    /// Whether there is no state at the moment, because the last life has ended and the next has not started.
    pub is_down: bool,
}

/// What a mailbox records of the lives of its actor.
#[derive(Default)]
pub(super) struct Lives {
    times: u64,
    /// The last restart that succeeded.
    restart: Option<Restart>,
    /// Why the last life ended.
    reason: Option<ExitReason>,
    at: Option<Instant>,
    is_down: bool,
    /// The tasks that wait for a restart.
    watchers: Watchers,
}

impl Lives {
    pub(super) fn stats(&self) -> RestartStats {
        RestartStats {
            times: self.times,
            reason: self.reason.clone(),
            elapsed: self.at.map(|at| at.elapsed()),
            is_down: self.is_down,
        }
    }

    /// Records that a life has started, and returns the wakers of the tasks that wait for it.
    fn start(&mut self) -> Vec<Waker> {
        self.is_down = false;
        if let Some(reason) = self.reason.clone() {
            self.restart = Some(Restart { number: self.times, reason });
        }
        self.take_wakers()
    }

    /// Takes the wakers of the tasks that wait for a restart.
    #[must_use]
    pub(super) fn take_wakers(&mut self) -> Vec<Waker> {
        self.watchers.take_wakers()
    }
}

impl<M: Message> Shared<M> {
    /// Lets a panic end a life rather than the actor.
    pub(crate) fn allow_restarts(&self) {
        self.is_restarted.store(true, Ordering::Relaxed);
    }

    /// Whether a panic may end a life rather than the actor.
    pub(crate) fn is_restarted(&self) -> bool {
        self.is_restarted.load(Ordering::Relaxed)
    }

    /// Records that a life has ended for `reason`. Returns `false` if no other can follow, because the queue is
    /// sealed.
    pub(crate) fn end_life(&self, reason: &ExitReason) -> bool {
        let mut queue = lock(&self.queue);
        if matches!(queue.phase, Phase::Sealed(_) | Phase::Ended(_))
            && !bug("a restart after the seal")
        {
            return false;
        }
        self.set_running(&mut queue, None);
        let lives = queue.lives.get_or_insert_default();
        lives.reason = Some(reason.clone());
        lives.is_down = true;
        // The loop does not wait for messages now, so callers do not look for the actor in its seat, and do not
        // yield to it.
        let parked = self.unpark(&mut queue);
        self.seat.set_open(self.seat.is_used());
        if bug("a restart loses the queue") {
            let lost = std::mem::take(&mut queue.accepted);
            drop(queue);
            drop(lost);
            return true;
        }
        drop(queue);
        drop(parked);
        true
    }

    /// Seals the mailbox of an actor that has no state if all handles were dropped and no message is left, and
    /// returns the reason of the end.
    pub(crate) fn end_between_lives(&self) -> Option<ExitReason> {
        let mut queue = lock(&self.queue);
        if !queue.accepted.is_empty()
            || !matches!(queue.phase, Phase::Closing(StoredReason::HandlesDropped))
        {
            return None;
        }
        queue.seal_if_closing();
        Some(ExitReason::HandlesDropped)
    }

    /// Records that the factory is called again, because a life has ended for `reason`.
    pub(crate) fn begin_life(&self, reason: &ExitReason) {
        let mut queue = lock(&self.queue);
        let lives = queue.lives.get_or_insert_default();
        lives.times += 1;
        lives.at = Some(Instant::now());
        lives.reason = Some(reason.clone());
        if bug("a backoff loses the queue") {
            let lost = std::mem::take(&mut queue.accepted);
            drop(queue);
            drop(lost);
        }
    }

    /// Records that a life other than the first has started, and wakes the tasks that wait for it.
    pub(crate) fn life_started(&self) {
        let mut queue = lock(&self.queue);
        let watchers = queue.lives.get_or_insert_default().start();
        drop(queue);
        watchers.into_iter().for_each(wake);
    }

    /// Returns the number of the last life that has started.
    pub(crate) fn started_lives(&self) -> u64 {
        let queue = lock(&self.queue);
        let restart = queue.lives.as_ref().and_then(|lives| lives.restart.as_ref());
        restart.map_or(0, |restart| restart.number)
    }

    /// Completes once a life later than `seen` has started, or with the exit reason once the actor has ended.
    /// See [`poll_ended`](Self::poll_ended).
    pub(crate) fn poll_restarted(
        &self,
        seen: u64,
        ticket: &mut Option<u64>,
        wait: Wait,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Restart, ExitReason>> {
        let waker = cx.waker().clone();
        let queue = lock(&self.queue);
        let restart = queue.lives.as_ref().and_then(|lives| lives.restart.as_ref());
        if let Some(restart) = restart.filter(|restart| restart.number > seen) {
            let restart = restart.clone();
            drop(queue);
            return Poll::Ready(Ok(restart));
        }
        if let Phase::Ended(reason) = &queue.phase {
            let reason = reason.get();
            drop(queue);
            return Poll::Ready(Err(reason));
        }
        let mut queue = gap("a watcher of restarts waits later than it looked", queue, &self.queue);
        let ticket = *ticket.get_or_insert_with(|| queue.ticket());
        let watchers = &mut queue.lives.get_or_insert_default().watchers;
        let stale = watchers.insert(ticket, Watcher { waker, _wait: wait });
        drop(queue);
        drop(stale);
        Poll::Pending
    }

    /// Removes a watcher of restarts.
    pub(crate) fn unwatch_restarts(&self, ticket: u64) {
        let mut queue = lock(&self.queue);
        let watcher = queue.lives.as_mut().and_then(|lives| lives.watchers.remove(ticket));
        drop(queue);
        drop(watcher);
    }

    /// Completes once the mailbox is no longer open. Messages stay in it.
    pub(crate) fn poll_closing(&self, cx: &mut Context<'_>) -> Poll<()> {
        let wait = MailboxWait { was_open: true, holds_messages: true, is_busy: true };
        self.poll_wait(wait, cx).map(drop)
    }
}
