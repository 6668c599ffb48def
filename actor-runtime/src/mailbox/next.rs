//! The loop's side: what it takes, and how it waits.

use std::task::{Context, Poll, Waker};

use crate::mailbox::{
    Shared,
    queue::{Entry, Item, Phase, Queue},
    rest::Ease,
    running::Running,
};
use crate::{
    exit::ExitReason,
    observe,
    slot::message::Message,
    sync::{Arc, MutexGuard, Ordering, bug, gap, lock},
    waker::{WakerToStore, wake},
};

/// What the loop finds, in its mailbox or beside it.
///
/// What is rare is boxed: each message is moved about as one of these.
pub(crate) enum Next<M: Message> {
    /// A message to dispatch.
    Message(Entry<M>),
    /// A message whose caller has gone: to be dropped, not dispatched.
    Abandoned(Box<Entry<M>>),
    /// The mailbox of a lease: see [`Shared::serve`].
    Lease(Arc<Shared<M>>),
    /// No message will come any more, for this reason.
    Closed(Box<ExitReason>),
    /// Nothing: an event was handled instead.
    Event,
    /// Nothing: an event ended the actor.
    Panicked(Box<ExitReason>),
}

/// What a loop does after the message that it looks for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Before {
    /// It waits, if there is no other message: after a `fn` within the same poll.
    Wait,
    /// It has other things to do before it waits.
    More,
}

impl<M: Message> Shared<M> {
    /// Takes the next message or lease for the loop, or the news that there will be none.
    pub(crate) fn poll_next(&self, cx: &mut Context<'_>) -> Poll<Next<M>> {
        self.poll_next_before(cx, Before::More)
    }

    /// As [`poll_next`](Self::poll_next), by one who looks again within this poll, after the handler
    /// of a `fn`. If nothing comes meanwhile, it [has parked](Self::has_parked) by then.
    #[inline]
    pub(crate) fn poll_next_before(&self, cx: &mut Context<'_>, before: Before) -> Poll<Next<M>> {
        let mut waker = WakerToStore::new(cx.waker());
        loop {
            let mut queue = lock(&self.queue);
            let may_park_ahead = before == Before::Wait && queue.accepted.len() == 1;
            if may_park_ahead && !waker.is_ready(&queue.parked) {
                drop(queue);
                waker.prepare();
                continue;
            }
            // After an abort, what is queued stays there, for the end to refuse.
            if !self.is_aborted() {
                match queue.accepted.pop_front() {
                    Some(Item::Message(entry)) => {
                        return Poll::Ready(self.begin(queue, entry, &mut waker, before));
                    }
                    Some(Item::Lease(lease)) => return Poll::Ready(self.begin_lease(queue, lease)),
                    None => {}
                }
                if let Some(reason) = queue.seal_if_closing() {
                    return Poll::Ready(Next::Closed(Box::new(reason)));
                }
            }
            queue = gap("the loop parks later than it looked", queue, &self.queue);
            // The lock was not released since the mailbox was found empty, so no message is missed.
            if waker.store(&mut queue.parked) {
                let rests = self.seat.is_used() && !self.is_aborted();
                let ease = if rests { Ease::Rests } else { Ease::Busy };
                self.ease.store(ease as usize, Ordering::Relaxed);
                return Poll::Pending;
            }
            drop(queue);
            waker.prepare();
        }
    }

    /// Waits without taking a message. Ready when no message will come any more and none is left, or
    /// with nothing as soon as a mailbox closes that `was_open`.
    pub(crate) fn poll_held(&self, was_open: bool, cx: &mut Context<'_>) -> Poll<Option<Next<M>>> {
        let mut waker = WakerToStore::new(cx.waker());
        loop {
            let mut queue = lock(&self.queue);
            queue.running = None;
            if !self.is_aborted() {
                if queue.accepted.is_empty()
                    && let Some(reason) = queue.seal_if_closing()
                {
                    return Poll::Ready(Some(Next::Closed(Box::new(reason))));
                }
                let has_closed = was_open && !matches!(queue.phase, Phase::Open);
                if has_closed && !bug("a close is not told while messages are held") {
                    return Poll::Ready(None);
                }
            }
            queue = gap("the loop parks later than it looked", queue, &self.queue);
            if waker.store(&mut queue.parked) {
                return Poll::Pending;
            }
            drop(queue);
            waker.prepare();
        }
    }

    /// Gives the room of what was taken to the sender that has waited longest.
    #[must_use]
    #[inline]
    pub(super) fn make_room(&self, queue: &mut Queue<M>) -> Option<Waker> {
        match queue.phase {
            Phase::Open => queue.promote(self.capacity.limit()),
            _ => None,
        }
    }

    /// Says that something was taken, and perhaps something else accepted in its place.
    #[inline]
    pub(super) fn taken(promoted: Option<Waker>) {
        observe::depth(M::ACTOR, i32::from(promoted.is_some()) - 1);
        promoted.into_iter().for_each(wake);
    }

    /// Says what is to be done with a message that was taken, and gives its room to another.
    #[inline]
    pub(super) fn begin<'q>(
        &'q self,
        mut queue: MutexGuard<'q, Queue<M>>,
        entry: Entry<M>,
        waker: &mut WakerToStore<'_>,
        before: Before,
    ) -> Next<M> {
        let promoted = self.make_room(&mut queue);
        let envelope = entry.message.envelope();
        let is_skipped = envelope.is_to_be_skipped() && !bug("nothing is skipped");
        if is_skipped {
            queue.counts.skipped += 1;
        } else {
            queue.counts.handled += 1;
            queue.running = Some(Running::new(envelope.method(), self.is_watched()));
            self.is_idle.store(false, Ordering::Relaxed);
            if before == Before::Wait
                && queue.is_empty()
                && envelope.is_now()
                && waker.store(&mut queue.parked)
            {
                queue = gap("the loop parks ahead of what came", queue, &self.queue);
                self.ease.store(Ease::Ahead as usize, Ordering::Relaxed);
            }
        }
        drop(queue);
        Self::taken(promoted);
        if is_skipped { Next::Abandoned(Box::new(entry)) } else { Next::Message(entry) }
    }

    /// Notes that the handler of an event runs.
    pub(crate) fn begin_event(&self, method: &'static str) {
        let mut queue = lock(&self.queue);
        queue.counts.events += 1;
        self.is_idle.store(false, Ordering::Relaxed);
        queue.running = Some(Running::new(method, self.is_watched()));
    }
}
