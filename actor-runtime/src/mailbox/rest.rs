//! Whether the loop rests, as far as it is known without the queue's lock.

use std::task::Waker;

use crate::mailbox::{Shared, queue::Queue};
use crate::{
    slot::message::Message,
    sync::{Ordering, bug, lock},
    waker::wake,
};

/// How much the loop has to do, as far as it knows without the queue's lock.
///
/// What takes the waker out of the queue makes it [`Busy`](Self::Busy), with the queue locked. So one
/// who finds it otherwise knows that nothing came.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(usize)]
pub(super) enum Ease {
    /// It looks for messages, or was woken to do so, or nobody has to know.
    Busy,
    /// Its waker is parked, and it runs the handler of a `fn`.
    Ahead,
    /// Its waker is parked, and its actor is in its seat.
    Rests,
}

impl<M: Message> Shared<M> {
    /// Whether the loop waits for a message, there is none, and the actor may be in its seat.
    #[inline]
    pub(crate) fn is_resting(&self) -> bool {
        self.ease.load(Ordering::Relaxed) == Ease::Rests as usize
            || bug("a call overtakes what is queued")
    }

    /// Goes to rest, if nothing has come since the last message was taken. The loop is to wait then,
    /// as after a look that found nothing.
    #[inline]
    pub(crate) fn has_parked(&self) -> bool {
        if self.ease.load(Ordering::Relaxed) != Ease::Ahead as usize {
            return false;
        }
        self.is_idle.store(true, Ordering::Relaxed);
        if !self.seat.is_used() {
            return true;
        }
        // In one step, so that no caller overtakes what comes right now.
        let (ahead, rests) = (Ease::Ahead as usize, Ease::Rests as usize);
        if bug("the loop rests although something came") {
            self.ease.store(rests, Ordering::Relaxed);
            return true;
        }
        self.ease.compare_exchange(ahead, rests, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }

    /// Wakes the loop for another reason than a message. From here on, nobody finds the actor in
    /// its seat until the loop has looked.
    pub(crate) fn disturb(&self) {
        let parked = self.unpark(&mut lock(&self.queue));
        parked.into_iter().for_each(wake);
    }

    /// Takes the loop's waker, to be woken with the lock released.
    #[must_use]
    pub(super) fn unpark(&self, queue: &mut Queue<M>) -> Option<Waker> {
        self.ease.store(Ease::Busy as usize, Ordering::Relaxed);
        queue.parked.take()
    }
}
