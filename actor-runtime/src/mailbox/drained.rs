//! Messages that the loop has taken from the queue, and whose handlers have not begun.
//!
//! A loop that finds several messages takes them all, so that it locks the queue once for many of them. Nothing
//! else changes by it: until its handler begins, such a message counts as queued, for the capacity, for the
//! statistics, and when the actor ends.
//!
//! # Invariants
//!
//! 1. [`Shared::unbegun`] is the number of these messages, until the queue is sealed. It only becomes less while
//!    the queue is not locked. So a sender that holds the lock and finds room has room.
//! 2. A sender that finds none sets [`Shared::is_wanted`] and looks again; the loop lowers `unbegun` and then reads
//!    `is_wanted`. All four are sequentially consistent, so either the sender finds the room or the loop finds the
//!    sender.
//! 3. Messages in the queue are younger than these. Before the loop takes anything else from the queue, none of
//!    these is left, or they are [put back](Shared::put_back).

use std::{collections::VecDeque, mem, task::Waker};

use crate::mailbox::{
    Shared,
    next::Next,
    queue::{Entry, Item, Queue, shrink},
    running::MetNames,
};
use crate::{
    catch::drop_caught,
    observe,
    slot::message::Message,
    sync::{Ordering, bug, lock},
    thread::current,
};

/// See the [module](self). Owned by the loop.
pub(crate) struct Drained<M: Message> {
    items: VecDeque<Item<M>>,
    met: MetNames,
}

impl<M: Message> Drained<M> {
    pub(crate) fn new() -> Self {
        Self { items: VecDeque::new(), met: MetNames::default() }
    }

    /// Forgets the names, since the next messages are those of another mailbox.
    pub(crate) fn forget_names(&mut self) {
        self.met = MetNames::default();
    }

    /// Releases memory that a burst of messages has left unused.
    pub(crate) fn shrink(&mut self) {
        shrink(&mut self.items);
    }
}

/// Messages are left if the loop is dropped. The queue is sealed by then.
impl<M: Message> Drop for Drained<M> {
    fn drop(&mut self) {
        if !self.items.is_empty() {
            stop(mem::take(&mut self.items));
        }
    }
}

/// Completes the calls of `left` with an error, because the actor has stopped.
///
/// Replies are completed before any message is dropped: a drop runs user code, which may block, send or panic.
/// `ending` completes any other reply that a message carries with the same error.
pub(super) fn stop<M: Message>(mut left: VecDeque<Item<M>>) {
    let ending = current::ending();
    for item in &left {
        item.stopped();
        observe::depth(M::ACTOR, -1);
    }
    while let Some(item) = left.pop_front() {
        drop_caught(item);
    }
    drop(ending);
}

impl<M: Message> Shared<M> {
    /// The number of items that were accepted and have not begun.
    #[inline]
    pub(super) fn queued(&self, queue: &Queue<M>) -> usize {
        queue.accepted.len() + self.unbegun.load(Ordering::Relaxed)
    }

    /// Returns `true` if one more item may be accepted.
    #[inline]
    pub(super) fn has_room(&self, queue: &mut Queue<M>) -> bool {
        if !queue.waiting.is_empty() {
            return false;
        }
        queue.accepted.len() < queue.room || self.has_more_room(queue)
    }

    /// As [`has_room`](Self::has_room), with what the loop has begun since it took messages last.
    #[cold]
    fn has_more_room(&self, queue: &mut Queue<M>) -> bool {
        queue.room = self.room();
        queue.accepted.len() < queue.room
    }

    /// Lets the loop give room to a sender that waits for it, and looks again.
    #[cold]
    pub(super) fn has_room_although_wanted(&self, queue: &mut Queue<M>) -> bool {
        if bug("the loop does not know who waits") {
            return false;
        }
        self.is_wanted.store(true, Ordering::SeqCst);
        self.has_room(queue)
    }

    /// The number of items that may be in the queue, besides those that the loop has taken.
    pub(super) fn room(&self) -> usize {
        if bug("what the loop has taken leaves room") {
            return self.capacity.limit();
        }
        self.capacity.limit().saturating_sub(self.unbegun.load(Ordering::SeqCst))
    }

    /// Takes all that is queued, if that is worth it.
    #[inline]
    pub(super) fn drain(&self, queue: &mut Queue<M>, drained: &mut Drained<M>) {
        if queue.accepted.len() < 2 {
            return;
        }
        mem::swap(&mut queue.accepted, &mut drained.items);
        self.unbegun.store(drained.items.len(), Ordering::Relaxed);
        queue.room = self.room();
    }

    /// Puts what the loop has taken back to where it was.
    #[cold]
    #[inline(never)]
    pub(crate) fn put_back(&self, drained: &mut Drained<M>) {
        if drained.items.is_empty() {
            return;
        }
        let mut queue = lock(&self.queue);
        if bug("what is put back is overtaken") {
            queue.accepted.append(&mut drained.items);
        } else {
            drained.items.append(&mut queue.accepted);
            mem::swap(&mut queue.accepted, &mut drained.items);
        }
        self.unbegun.store(0, Ordering::Relaxed);
        queue.room = self.room();
    }

    /// Takes the next of the messages that were drained. Returns `None` if there is none, or if the queue has to be
    /// locked for it; then they are put back.
    #[inline]
    pub(super) fn next_drained(&self, drained: &mut Drained<M>) -> Option<Next<M>> {
        let first = drained.items.front()?;
        if matches!(first, Item::Lease(_)) || self.is_aborted() {
            self.put_back(drained);
            return None;
        }
        let Some(Item::Message(entry)) = drained.items.pop_front() else {
            return None;
        };
        let is_wanted = self.make_room(drained.items.len());
        let promoted = if is_wanted { self.promote_wanted() } else { None };
        Some(self.begin_unlocked(entry, promoted, &mut drained.met))
    }

    /// Lowers the number of drained messages, and returns whether a sender may wait for the room.
    #[inline(always)]
    fn make_room(&self, unbegun: usize) -> bool {
        if bug("the loop looks for senders before it makes room") {
            let is_wanted = self.is_wanted.load(Ordering::SeqCst);
            self.unbegun.store(unbegun, Ordering::SeqCst);
            return is_wanted;
        }
        self.unbegun.store(unbegun, Ordering::SeqCst);
        self.is_wanted.load(Ordering::SeqCst)
    }

    #[cold]
    #[inline(never)]
    fn promote_wanted(&self) -> Option<Waker> {
        self.promote_waiting(&mut lock(&self.queue))
    }

    /// As [`begin`](Self::begin), with the queue unlocked.
    #[inline]
    fn begin_unlocked(
        &self,
        entry: Entry<M>,
        promoted: Option<Waker>,
        met: &mut MetNames,
    ) -> Next<M> {
        let envelope = entry.message.envelope();
        let is_skipped = envelope.should_skip() && !bug("nothing is skipped");
        if is_skipped {
            lock(&self.queue).counts.skipped += 1;
        } else {
            self.count_unlocked();
            self.run_unlocked(envelope.method(), met);
        }
        Self::report_taken(promoted);
        if is_skipped { Next::Abandoned(Box::new(entry)) } else { Next::Message(entry) }
    }
}
