//! The end of a mailbox: closing, sealing, aborting, and reporting the exit.
//!
//! Each function changes the phase under the lock, collects the wakers that this concerns, and wakes
//! them with the lock released. What happens to an actor's mailbox also happens to the lease that it
//! serves.

use std::task::{Context, Poll};

use crate::mailbox::{Shared, drained::stop, queue::Phase, watchers::Watcher};
use crate::{
    catch::drop_caught,
    exit::ExitReason,
    observe,
    slot::message::Message,
    sync::{Ordering, bug, gap, lock},
    thread::{
        ring::Wait,
        waker::{WakerToStore, wake},
    },
};

impl<M: Message> Shared<M> {
    /// Returns whether the mailbox is closing and not yet sealed.
    pub(crate) fn is_closing(&self) -> bool {
        matches!(lock(&self.queue).phase, Phase::Closing(_))
    }

    /// Returns why the mailbox was closed.
    pub(crate) fn closed_for(&self) -> ExitReason {
        match &lock(&self.queue).phase {
            Phase::Closing(reason) | Phase::Sealed(Some(reason)) | Phase::Ended(reason) => {
                reason.get()
            }
            Phase::Sealed(None) | Phase::Open => ExitReason::Aborted,
        }
    }

    /// Closes the mailbox: senders are refused, including those that wait for room. The loop still
    /// handles the queued messages, and then ends the actor for `reason`.
    pub(crate) fn close(&self, reason: ExitReason) {
        let mut queue = lock(&self.queue);
        if !matches!(queue.phase, Phase::Open) {
            return;
        }
        queue.phase = Phase::Closing(reason.into());
        let wakers = [self.unpark(&mut queue), queue.end_tenancy()];
        let refused = queue.refuse();
        let lease = queue.lease();
        drop(queue);
        refused.into_iter().for_each(wake);
        wakers.into_iter().flatten().for_each(wake);
        // Now, since the holder may keep the lease for any length of time.
        if let Some(lease) = lease {
            lease.close(ExitReason::Shutdown);
        }
    }

    /// Seals the queue: senders are refused, and the callers of queued messages learn that the
    /// actor has stopped.
    pub(crate) fn seal(&self) {
        let mut queue = lock(&self.queue);
        queue.seal();
        let mut queue = self.begin_look(queue);
        // The loop stops what it has taken.
        self.unbegun.store(0, Ordering::Relaxed);
        if queue.accepted.is_empty() && queue.waiting.is_empty() && queue.served.is_none() {
            return;
        }
        let mut left = std::mem::take(&mut queue.accepted);
        let refused = queue.refuse();
        let mut lease = queue.lease();
        drop(queue);
        refused.into_iter().for_each(wake);
        if bug("the end is not told to the lease") {
            lease = None;
        }
        if let Some(lease) = lease {
            lease.seal();
        }
        if bug("the end is not told to callers") {
            while let Some(item) = left.pop_front() {
                drop_caught(item);
            }
            return;
        }
        stop(left);
    }

    /// Reports the exit. The actor must have been dropped or handed over by now.
    pub(crate) fn end(&self, reason: ExitReason) {
        self.seal();
        let mut queue = lock(&self.queue);
        if matches!(queue.phase, Phase::Ended(_)) {
            return;
        }
        queue.phase = Phase::Ended(reason.clone().into());
        self.set_running(&mut queue, None);
        let wakers = [self.unpark(&mut queue), queue.interrupt.take()];
        let grant_waker = queue.end_tenancy();
        let of_exit = queue.watchers.take_wakers();
        let of_restarts = queue.lives.as_mut().map(|lives| lives.take_wakers()).unwrap_or_default();
        let mut lease = queue.stop_serving();
        drop(queue);
        drop(wakers);
        grant_waker.into_iter().for_each(wake);
        if bug("the end is not told to the lease") {
            lease = None;
        }
        if let Some(lease) = lease {
            lease.end(reason.clone());
        }
        if self.actor.is_none() {
            observe::ended(M::ACTOR, &reason);
        }
        if bug("the end wakes nobody") {
            return;
        }
        of_exit.into_iter().for_each(wake);
        of_restarts.into_iter().for_each(wake);
    }

    /// Completes with the exit reason once the actor has ended. `ticket` identifies the watcher
    /// across polls; [`unwatch`](Self::unwatch) removes it. `wait` is on record already if a handler
    /// polls.
    pub(crate) fn poll_ended(
        &self,
        ticket: &mut Option<u64>,
        wait: Wait,
        cx: &mut Context<'_>,
    ) -> Poll<ExitReason> {
        let waker = cx.waker().clone();
        let queue = lock(&self.queue);
        if let Phase::Ended(reason) = &queue.phase {
            let reason = reason.get();
            drop(queue);
            return Poll::Ready(reason);
        }
        let mut queue = gap("a watcher waits later than it looked", queue, &self.queue);
        let ticket = *ticket.get_or_insert_with(|| queue.ticket());
        let stale = queue.watchers.insert(ticket, Watcher { waker, _wait: wait });
        drop(queue);
        drop(stale);
        Poll::Pending
    }

    /// Removes a watcher.
    pub(crate) fn unwatch(&self, ticket: u64) {
        let watcher = lock(&self.queue).watchers.remove(ticket);
        drop(watcher);
    }

    /// Returns the exit reason if the actor has ended.
    pub(crate) fn exit_reason(&self) -> Option<ExitReason> {
        match &lock(&self.queue).phase {
            Phase::Ended(reason) => Some(reason.get()),
            Phase::Open | Phase::Closing(_) | Phase::Sealed(_) => None,
        }
    }

    /// Returns whether messages are still accepted, apart from room.
    pub(crate) fn is_open(&self) -> bool {
        matches!(lock(&self.queue).phase, Phase::Open)
    }
}

impl<M: Message> Shared<M> {
    pub(crate) fn is_aborted(&self) -> bool {
        self.aborted.load(Ordering::Acquire)
    }

    /// Makes the loop end without handling another message, and wakes it if it waits.
    pub(crate) fn abort(&self) {
        self.aborted.store(true, Ordering::Release);
        let mut queue = lock(&self.queue);
        let wakers = [self.unpark(&mut queue), queue.interrupt.take()];
        let lease = queue.lease();
        drop(queue);
        wakers.into_iter().flatten().for_each(wake);
        if bug("an abort does not look into the lease") {
            return;
        }
        // While the loop serves a lease, that is the mailbox where it waits.
        if let Some(lease) = lease {
            lease.abort();
        }
    }

    /// Registers a loop that waits for something other than a message to be woken by
    /// [`abort`](Self::abort). The caller must check [`is_aborted`](Self::is_aborted) afterwards, since
    /// an earlier abort does not wake it.
    pub(crate) fn interrupt_with(&self, cx: &mut Context<'_>) {
        let mut waker = WakerToStore::new(cx.waker());
        loop {
            let mut queue = lock(&self.queue);
            self.note_wait(&mut queue);
            if waker.store(&mut queue.interrupt) {
                return;
            }
            drop(queue);
            waker.prepare();
        }
    }
}
