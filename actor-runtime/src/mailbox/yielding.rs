//! Yielding to the loop: how a task that has used up its budget lets others run.
//!
//! A task that sends to an actor, or calls it, without ever waiting has to let others run after so many messages.
//! tokio's own way is to put the task at the end of a queue, and to wake a worker for it. If the actor's loop
//! waits, there is a cheaper way: wake the loop, and let it wake the task. Both stay on their worker, and the
//! messages are handled in between.
//!
//! # Invariants
//!
//! 1. A task yields only to a loop that will be polled whatever the task does next: it waits and is woken, or was
//!    woken and has not been polled since. A loop that runs a handler may wait for that very task.
//! 2. Whenever the loop is polled, it wakes the tasks that yield to it, before it runs a handler or waits for one.
//!    So does the end of the actor.
//! 3. Nothing is sent before the task's turn. So a future that is dropped in between has sent nothing.

use std::{
    mem,
    task::{Context, Poll, Waker},
};

use crate::{
    mailbox::{Shared, loop_state::LoopState, queue::Queue},
    slot::message::Message,
    sync::{MutexGuard, bug, lock},
    thread::{budget, waker::wake},
};

/// The tasks that yield to the loop. It is one as a rule, for which nothing is allocated.
#[derive(Default)]
pub(super) enum Yielding {
    #[default]
    None,
    One(Waker),
    Several(Vec<Waker>),
}

impl Yielding {
    fn push(&mut self, waker: Waker) {
        *self = match mem::take(self) {
            Self::None => Self::One(waker),
            Self::One(first) => Self::Several(vec![first, waker]),
            Self::Several(mut wakers) => {
                wakers.push(waker);
                Self::Several(wakers)
            }
        };
    }

    #[inline]
    fn is_empty(&self) -> bool {
        matches!(self, Self::None)
    }

    /// Wakes all. No lock may be held.
    fn wake(self) {
        match self {
            Self::None => {}
            Self::One(waker) => wake(waker),
            Self::Several(wakers) => wakers.into_iter().for_each(wake),
        }
    }
}

impl<M: Message> Shared<M> {
    /// Takes a unit of the task's budget for a message that it sends to this actor. If none is left, this is
    /// pending, and the task is woken when others have run.
    #[inline]
    pub(crate) fn poll_turn(&self, cx: &mut Context<'_>) -> Poll<()> {
        if !budget::is_left() && self.seat.is_home_of_current_task() && self.yield_to_loop(cx) {
            return Poll::Pending;
        }
        budget::poll_unit(cx)
    }

    /// Like [`poll_turn`](Self::poll_turn), for a task that is known to be one of the actor's runtime.
    #[inline(always)]
    pub(crate) fn poll_turn_at_home(&self, cx: &mut Context<'_>) -> Poll<()> {
        if !budget::is_left() && self.yield_to_loop(cx) {
            return Poll::Pending;
        }
        budget::poll_unit(cx)
    }

    /// Lets the loop wake the task when it is polled next. Returns `false` if it is not known to be polled.
    #[cold]
    #[inline(never)]
    fn yield_to_loop(&self, cx: &mut Context<'_>) -> bool {
        let waker = cx.waker().clone();
        let mut queue = lock(&self.queue);
        let is_waiting = match self.state() {
            LoopState::Resting | LoopState::Woken => true,
            LoopState::ParkedAhead => false,
            // It waits with its actor, or is at work.
            LoopState::Busy => !self.seat.is_open() && queue.parked.is_some(),
        };
        if !is_waiting {
            drop(queue);
            return false;
        }
        queue.yielding.push(waker);
        // The loop stays parked, so that others find the actor in its seat. Cloned under the lock, since the
        // waker is tokio's: only a loop that is a task rests.
        let parked = queue.parked.clone().filter(|_| !bug("a loop at rest is not woken"));
        drop(queue);
        parked.into_iter().for_each(wake);
        true
    }

    /// Whether the loop was polled only for the tasks that yield to it, which are woken.
    pub(crate) fn still_rests(&self) -> bool {
        if !self.is_in_state(LoopState::Resting) {
            return false;
        }
        let mut queue = lock(&self.queue);
        let mut yielding = mem::take(&mut queue.yielding);
        if bug("a loop at rest wakes nobody who yields to it") {
            yielding = Yielding::default();
        }
        // Whatever else wakes the loop takes its waker.
        let still_rests = queue.parked.is_some();
        drop(queue);
        yielding.wake();
        still_rests
    }

    /// Wakes the tasks that yield to the loop, which was polled but does not look at the queue yet.
    #[cold]
    pub(crate) fn end_yielding(&self) {
        if !bug("a loop without its actor wakes nobody") {
            drop(self.begin_look(lock(&self.queue)));
        }
    }

    /// Records that the loop looks at the queue, and wakes the tasks that yield to it.
    #[inline]
    pub(super) fn begin_look<'q>(
        &'q self,
        queue: MutexGuard<'q, Queue<M>>,
    ) -> MutexGuard<'q, Queue<M>> {
        self.set_state(LoopState::Busy);
        if queue.yielding.is_empty() { queue } else { self.wake_yielding(queue) }
    }

    #[cold]
    #[inline(never)]
    fn wake_yielding<'q>(
        &'q self,
        mut queue: MutexGuard<'q, Queue<M>>,
    ) -> MutexGuard<'q, Queue<M>> {
        let mut yielding = mem::take(&mut queue.yielding);
        drop(queue);
        if bug("the loop wakes nobody who yields to it") {
            yielding = Yielding::default();
        }
        yielding.wake();
        lock(&self.queue)
    }
}
