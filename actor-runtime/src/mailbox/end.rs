//! The end: how the mailbox closes, and what those are told who wait for something then.

use std::task::{Context, Poll};

use crate::mailbox::{
    Shared,
    queue::{Item, Phase},
    rest::Ease,
};
use crate::{
    catch::drop_caught,
    exit::ExitReason,
    observe,
    slot::message::Message,
    sync::{Ordering, bug, gap, lock},
    thread::current,
    waker::{WakerToStore, wake},
};

impl<M: Message> Shared<M> {
    /// Why the mailbox is closing, if it is.
    pub(crate) fn closing(&self) -> Option<Box<ExitReason>> {
        match &lock(&self.queue).phase {
            Phase::Closing(reason) => Some(Box::new(reason.clone())),
            Phase::Open | Phase::Sealed | Phase::Ended(_) => None,
        }
    }

    /// Accepts no more messages. What is in the queue is still handled, and then the actor ends for
    /// this reason; those who wait for room are refused.
    pub(crate) fn close(&self, reason: ExitReason) {
        let mut queue = lock(&self.queue);
        if !matches!(queue.phase, Phase::Open) {
            return;
        }
        queue.phase = Phase::Closing(reason);
        let wakers = [self.unpark(&mut queue), queue.tenure.waker()];
        let refused = queue.refuse();
        let lease = queue.lease();
        drop(queue);
        refused.into_iter().chain(wakers.into_iter().flatten()).for_each(wake);
        // Its holder is told now, not when it gives the lease back: nobody knows when that is.
        if let Some(lease) = lease {
            lease.close(ExitReason::Shutdown);
        }
    }

    /// Accepts no more messages, and tells the callers of those in the queue that the actor has
    /// stopped.
    pub(crate) fn seal(&self) {
        let mut queue = lock(&self.queue);
        if !matches!(queue.phase, Phase::Ended(_)) {
            queue.phase = Phase::Sealed;
        }
        self.ease.store(Ease::Busy as usize, Ordering::Relaxed);
        let left = std::mem::take(&mut queue.accepted);
        let refused = queue.refuse();
        let lease = queue.lease();
        drop(queue);
        refused.into_iter().for_each(wake);
        if let Some(lease) = lease.filter(|_| !bug("the end is not told to the lease")) {
            lease.seal();
        }
        // Callers first: dropping a message is up to the user, and may take its time, send or
        // panic. Whatever else it carries that somebody waits for was stopped as well.
        let ending = (!bug("the end is not told to callers")).then(current::ending);
        for item in left.iter().filter(|_| ending.is_some()) {
            match item {
                Item::Message(entry) => entry.message.envelope().stopped(),
                Item::Lease(lease) => lease.end(ExitReason::Aborted),
            }
            observe::depth(M::ACTOR, -1);
        }
        left.into_iter().for_each(drop_caught);
        drop(ending);
    }

    /// Reports the end. Nothing of the actor may be left by now.
    pub(crate) fn end(&self, reason: ExitReason) {
        self.seal();
        let mut queue = lock(&self.queue);
        if matches!(queue.phase, Phase::Ended(_)) {
            return;
        }
        queue.phase = Phase::Ended(reason.clone());
        queue.running = None;
        let wakers = [self.unpark(&mut queue), queue.interrupt.take()];
        let tenant = queue.tenure.waker();
        let watchers = std::mem::take(&mut queue.watchers);
        let lease = queue.stop_serving();
        drop(queue);
        drop(wakers);
        tenant.into_iter().for_each(wake);
        if let Some(lease) = lease.filter(|_| !bug("the end is not told to the lease")) {
            lease.end(reason.clone());
        }
        if self.actor.is_none() {
            observe::ended(M::ACTOR, &reason);
        }
        if !watchers.is_empty() && !bug("the end wakes nobody") {
            watchers.into_values().for_each(wake);
        }
    }

    /// The reason of the end, once it is there. `ticket` names the one who asks from one poll to
    /// the next.
    pub(crate) fn poll_ended(
        &self,
        ticket: &mut Option<u64>,
        cx: &mut Context<'_>,
    ) -> Poll<ExitReason> {
        let waker = cx.waker().clone();
        let queue = lock(&self.queue);
        if let Phase::Ended(reason) = &queue.phase {
            let reason = reason.clone();
            drop(queue);
            return Poll::Ready(reason);
        }
        let mut queue = gap("a watcher waits later than it looked", queue, &self.queue);
        let ticket = *ticket.get_or_insert_with(|| queue.ticket());
        let stale = queue.watchers.insert(ticket, waker);
        drop(queue);
        drop(stale);
        Poll::Pending
    }

    /// Forgets one who waited for the end.
    pub(crate) fn unwatch(&self, ticket: u64) {
        let waker = lock(&self.queue).watchers.remove(&ticket);
        drop(waker);
    }

    /// The reason of the end, if it has come.
    pub(crate) fn exit_reason(&self) -> Option<ExitReason> {
        match &lock(&self.queue).phase {
            Phase::Ended(reason) => Some(reason.clone()),
            Phase::Open | Phase::Closing(_) | Phase::Sealed => None,
        }
    }

    /// Whether a message would be accepted, if there were room.
    pub(crate) fn is_open(&self) -> bool {
        matches!(lock(&self.queue).phase, Phase::Open)
    }
}

impl<M: Message> Shared<M> {
    pub(crate) fn is_aborted(&self) -> bool {
        self.aborted.load(Ordering::Acquire)
    }

    /// Asks the loop to end at once, and wakes it wherever it waits.
    pub(crate) fn abort(&self) {
        self.aborted.store(true, Ordering::Release);
        let mut queue = lock(&self.queue);
        let wakers = [self.unpark(&mut queue), queue.interrupt.take()];
        let lease = queue.lease();
        drop(queue);
        wakers.into_iter().flatten().for_each(wake);
        // The loop looks for messages there, and waits there.
        if let Some(lease) = lease.filter(|_| !bug("an abort does not look into the lease")) {
            lease.abort();
        }
    }

    /// Lets [`abort`](Self::abort) wake a loop that waits for something else than a message. Whether
    /// it was aborted before that is to be asked afterwards.
    pub(crate) fn interrupt_with(&self, cx: &mut Context<'_>) {
        let mut waker = WakerToStore::new(cx.waker());
        loop {
            let mut queue = lock(&self.queue);
            queue.note_wait();
            if waker.store(&mut queue.interrupt) {
                return;
            }
            drop(queue);
            waker.prepare();
        }
    }
}
