//! Whether the loop has anything to do, readable without the queue's lock.

use std::task::Waker;

use crate::mailbox::{Shared, queue::Queue};
use crate::{
    slot::message::Message,
    sync::{Ordering, bug, lock},
    thread::waker::wake,
};

/// What the loop is doing, as far as the queue is concerned.
///
/// Whatever takes the loop's waker out of the queue sets [`Busy`](Self::Busy) in the same critical
/// section, so any other state means that nothing has arrived since the waker was parked.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(usize)]
pub(super) enum LoopState {
    /// It is looking at the queue, runs a handler, or its state is not tracked.
    Busy,
    /// It was woken while it rested, and has not been polled since.
    Woken,
    /// Its waker is parked, and it still runs the handler of a `fn`.
    ParkedAhead,
    /// Its waker is parked, and callers may take the actor from its seat.
    Resting,
}

impl<M: Message> Shared<M> {
    /// Returns whether the loop is [`Resting`](LoopState::Resting), so that a caller may look for the
    /// actor in its seat.
    #[inline]
    pub(crate) fn is_resting(&self) -> bool {
        if bug("a call overtakes what is queued") {
            return true;
        }
        self.loop_state.load(Ordering::Relaxed) == LoopState::Resting as usize
    }

    /// Comes to rest if nothing has arrived since the loop parked ahead of the last message.
    ///
    /// On `true`, the loop must wait as it does after [`poll_next`](Self::poll_next) is pending.
    #[inline]
    pub(crate) fn try_rest(&self) -> bool {
        let ahead = LoopState::ParkedAhead as usize;
        let resting =
            if self.seat.is_open() { LoopState::Resting } else { LoopState::Busy } as usize;
        if self.loop_state.load(Ordering::Relaxed) != ahead {
            return false;
        }
        self.rest();
        if !self.seat.is_used() {
            return true;
        }
        if bug("the loop rests although something came") {
            self.loop_state.store(resting, Ordering::Relaxed);
            return true;
        }
        // Atomically, so that no caller overtakes a message that arrives at the same time.
        self.loop_state
            .compare_exchange(ahead, resting, Ordering::Relaxed, Ordering::Relaxed)
            .is_ok()
    }

    /// Wakes the loop for a reason other than a message. Callers stop looking for the actor in its
    /// seat until the loop rests again.
    pub(crate) fn wake_loop(&self) {
        let parked = self.unpark(&mut lock(&self.queue));
        parked.into_iter().for_each(wake);
    }

    /// Takes the loop's waker, to be woken with the lock released.
    #[must_use]
    #[inline]
    pub(super) fn unpark(&self, queue: &mut Queue<M>) -> Option<Waker> {
        let parked = queue.parked.take()?;
        let is_resting = self.is_in_state(LoopState::Resting);
        let state = if is_resting || bug("a loop ahead of its wait is yielded to") {
            LoopState::Woken
        } else {
            // It may run the handler of a `fn`, for any length of time.
            LoopState::Busy
        };
        self.set_state(state);
        Some(parked)
    }

    pub(super) fn is_in_state(&self, state: LoopState) -> bool {
        self.loop_state.load(Ordering::Relaxed) == state as usize
    }

    pub(super) fn state(&self) -> LoopState {
        let states = [LoopState::Woken, LoopState::ParkedAhead, LoopState::Resting];
        states.into_iter().find(|state| self.is_in_state(*state)).unwrap_or(LoopState::Busy)
    }

    /// Sets the state. Every change but [`try_rest`](Self::try_rest) is made under the lock.
    pub(super) fn set_state(&self, state: LoopState) {
        self.loop_state.store(state as usize, Ordering::Relaxed);
    }
}
