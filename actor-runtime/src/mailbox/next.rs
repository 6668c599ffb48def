//! The loop's side of the mailbox: taking messages, and parking when there are none.
//!
//! The loop parks its waker in the critical section in which it found nothing to take, so no message
//! can arrive unnoticed in between.

use std::task::{Context, Poll, Waker};

use crate::mailbox::{
    Shared,
    drained::Drained,
    loop_state::LoopState,
    queue::{Entry, Item, Phase, Queue},
    running::Running,
};
use crate::{
    exit::ExitReason,
    observe,
    slot::message::Message,
    sync::{Arc, MutexGuard, Ordering, bug, gap, lock},
    thread::waker::{WakerToStore, wake},
};

/// What the loop does next.
///
/// Rare variants are boxed to keep this small, since it is moved for every message.
pub(crate) enum Next<M: Message> {
    /// A message to dispatch.
    Message(Entry<M>),
    /// A message whose caller has gone: drop it without dispatching it.
    Abandoned(Box<Entry<M>>),
    /// A lease: see [`Shared::serve`].
    Lease(Arc<Shared<M>>),
    /// The mailbox is closed and empty, and [sealed](Shared::closed_for).
    Closed,
    /// An event was handled, or the loop has to yield; there is no message.
    Event,
    /// A handler panicked, and the actor ends for this reason.
    Panicked(Box<ExitReason>),
}

/// Whether the loop may park its waker as soon as it takes the last message, ahead of its handler.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum ParkAhead {
    /// After the handler of a `fn`, the loop looks for a message within the same poll, and does
    /// nothing else before it waits.
    Allowed,
    /// The loop may have other things to do before it waits.
    Forbidden,
}

/// How the loop of an actor with sources waits for its mailbox.
#[derive(Clone, Copy)]
pub(crate) struct Wait {
    /// Whether the mailbox was open when the wait began.
    pub(crate) was_open: bool,
    /// Whether messages are left in the mailbox.
    pub(crate) holds_messages: bool,
    /// Whether the actor goes on although the mailbox is closed and empty.
    pub(crate) is_busy: bool,
}

impl<M: Message> Shared<M> {
    /// Takes the next message or lease. Completes with [`Next::Closed`] if there will be none.
    pub(crate) fn poll_next(&self, cx: &mut Context<'_>) -> Poll<Next<M>> {
        self.poll_next_with(cx, ParkAhead::Forbidden, None)
    }

    /// Like [`poll_next`](Self::poll_next), but may take several messages, all but the first of which are then in
    /// `drained`; and may park the waker together with taking the last message. The loop calls
    /// [`try_rest`](Self::try_rest) after the handler.
    #[inline]
    pub(crate) fn poll_next_or_drained(
        &self,
        cx: &mut Context<'_>,
        park_ahead: ParkAhead,
        drained: &mut Drained<M>,
    ) -> Poll<Next<M>> {
        match self.next_drained(drained) {
            Some(next) => Poll::Ready(next),
            None => self.poll_next_with(cx, park_ahead, Some(drained)),
        }
    }

    #[inline]
    fn poll_next_with(
        &self,
        cx: &mut Context<'_>,
        park_ahead: ParkAhead,
        mut drained: Option<&mut Drained<M>>,
    ) -> Poll<Next<M>> {
        let mut waker = WakerToStore::new(cx.waker());
        loop {
            let mut queue = self.begin_look(lock(&self.queue));
            let may_park_ahead = park_ahead == ParkAhead::Allowed && queue.accepted.len() == 1;
            if may_park_ahead && !waker.is_ready(&queue.parked) {
                drop(queue);
                waker.prepare();
                continue;
            }
            // After an abort, queued messages stay for `seal` to refuse.
            if !self.is_aborted() {
                if M::HAS_ALWAYS {
                    queue.always_from = queue.always_from.saturating_sub(1);
                }
                match queue.accepted.pop_front() {
                    Some(Item::Message(entry)) => {
                        if let Some(drained) = drained.take() {
                            self.drain(&mut queue, drained);
                        }
                        let promoted = self.promote_waiting(&mut queue);
                        return Poll::Ready(
                            self.begin(queue, entry, promoted, &mut waker, park_ahead),
                        );
                    }
                    Some(Item::Lease(lease)) => return Poll::Ready(self.begin_lease(queue, lease)),
                    None => {}
                }
                self.set_running(&mut queue, None);
                if queue.seal_if_closing() {
                    return Poll::Ready(Next::Closed);
                }
            }
            queue = gap("the loop parks later than it looked", queue, &self.queue);
            if waker.store(&mut queue.parked) {
                let rests = self.seat.is_open() && !self.is_aborted();
                let state = if rests { LoopState::Resting } else { LoopState::Busy };
                self.set_state(state);
                return Poll::Pending;
            }
            drop(queue);
            waker.prepare();
        }
    }

    /// Waits for the mailbox of an actor that holds its messages back, or that is busy.
    ///
    /// Completes with the next message, unless they are held back; with [`Next::Closed`] once the mailbox
    /// is closed and empty, unless the actor is busy; or with `None` once it closes if it was open before.
    pub(crate) fn poll_wait(&self, wait: Wait, cx: &mut Context<'_>) -> Poll<Option<Next<M>>> {
        let mut waker = WakerToStore::new(cx.waker());
        loop {
            let mut queue = lock(&self.queue);
            if !wait.holds_messages && !queue.accepted.is_empty() {
                drop(queue);
                return self.poll_next(cx).map(Some);
            }
            self.set_running(&mut queue, None);
            if !self.is_aborted() {
                if M::HAS_ALWAYS {
                    if let Some((entry, sender)) = queue.take_always() {
                        // One that was accepted leaves room. One that waited for room leaves none.
                        let promoted = sender.or_else(|| self.promote_waiting(&mut queue));
                        let forbidden = ParkAhead::Forbidden;
                        let next = self.begin(queue, entry, promoted, &mut waker, forbidden);
                        return Poll::Ready(Some(next));
                    }
                }
                if queue.accepted.is_empty() && !wait.is_busy && queue.seal_if_closing() {
                    return Poll::Ready(Some(Next::Closed));
                }
                let mut has_closed = wait.was_open && !matches!(queue.phase, Phase::Open);
                if bug("a close is not told while messages are held") {
                    has_closed = false;
                }
                if has_closed {
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

    /// Accepts the message of the sender that has waited longest, if there is room. Returns its waker,
    /// to be woken with the lock released.
    #[must_use]
    #[inline]
    pub(super) fn promote_waiting(&self, queue: &mut Queue<M>) -> Option<Waker> {
        match queue.phase {
            Phase::Open => self.promote_while_open(queue),
            _ => None,
        }
    }

    #[inline]
    fn promote_while_open(&self, queue: &mut Queue<M>) -> Option<Waker> {
        if queue.waiting.is_empty() {
            return None;
        }
        let promoted = queue.promote(self.room());
        if queue.waiting.is_empty() {
            self.is_wanted.store(false, Ordering::Relaxed);
        }
        promoted
    }

    /// Reports that an item was taken, and wakes the sender that was promoted in its place.
    #[inline]
    pub(super) fn report_taken(promoted: Option<Waker>) {
        observe::depth(M::ACTOR, i32::from(promoted.is_some()) - 1);
        promoted.into_iter().for_each(wake);
    }

    /// Prepares for running the handler of `entry`, or for skipping it if its caller has gone. Wakes the sender
    /// that was accepted in its place.
    #[inline(always)]
    fn begin<'q>(
        &'q self,
        mut queue: MutexGuard<'q, Queue<M>>,
        entry: Entry<M>,
        promoted: Option<Waker>,
        waker: &mut WakerToStore<'_>,
        park_ahead: ParkAhead,
    ) -> Next<M> {
        let envelope = entry.message.envelope();
        let mut is_skipped = envelope.should_skip();
        if bug("nothing is skipped") {
            is_skipped = false;
        }
        if is_skipped {
            queue.counts.skipped += 1;
        } else {
            queue.counts.handled += 1;
            let running = Running::new(envelope.method(), self.is_watched());
            self.set_running(&mut queue, Some(running));
            if park_ahead == ParkAhead::Allowed
                && queue.accepted.is_empty()
                && self.unbegun.load(Ordering::Relaxed) == 0
                && matches!(queue.phase, Phase::Open)
                && envelope.runs_in_one_poll()
            {
                queue = gap("the loop parks ahead of what came", queue, &self.queue);
                if waker.store(&mut queue.parked) {
                    self.set_state(LoopState::ParkedAhead);
                }
            }
        }
        drop(queue);
        Self::report_taken(promoted);
        if is_skipped { Next::Abandoned(Box::new(entry)) } else { Next::Message(entry) }
    }

    /// Records that the handler of an event starts.
    pub(crate) fn begin_event(&self, method: &'static str) {
        let mut queue = lock(&self.queue);
        queue.counts.events += 1;
        let running = Running::new(method, self.is_watched());
        self.set_running(&mut queue, Some(running));
    }
}
