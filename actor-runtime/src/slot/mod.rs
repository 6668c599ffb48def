//! The reply slot: one answer, from a handler to the caller that waits for it.
//!
//! A slot is one allocation, shared by a [`Reply`] in the message and a [`Receiver`] in the
//! caller's future. Invariants:
//!
//! 1. A slot leaves [`State::Waiting`] once, so a caller gets one outcome, and never another's.
//! 2. A [`Reply`] that is dropped always moves its slot out of `Waiting`, if not at once then when
//!    the panic that dropped it has been caught. So no caller waits for an answer that cannot come.
//! 3. A slot has two owners at first. So a [`Reply`] that is the only one has lost its caller, and a
//!    [`Receiver`] that is the only one finds the outcome: neither has to lock to know.
//! 4. Values and wakers of the user are dropped and woken with the lock released.
//!
//! What a marked handler adds is in [`marked`].

pub(crate) mod acknowledged;
pub(crate) mod caller;
pub(crate) mod marked;
pub(crate) mod message;
pub(crate) mod receiver;
pub(crate) mod replies;
pub(crate) mod reply;
pub(crate) mod returns;
pub(crate) mod unread;

use std::{mem, sync::PoisonError, task::Waker};

use crate::{
    error::Failure,
    slot::{marked::Marked, receiver::Receiver, reply::Reply},
    sync::{Arc, Mutex, bug, gap, lock},
    thread::{batch, current::Fallible, ring::Link},
    waker::WakerToStore,
};

enum State<T> {
    /// No outcome yet; the waker is the caller's.
    Waiting(Option<Waker>),
    Answered(T),
    Failed(Failure),
    /// The caller took the outcome, or went away.
    Closed,
    /// More is to be known, since the handler is marked.
    Marked(Box<Marked<T>>),
}

impl<T> State<T> {
    /// Whether the caller's waker has to be stored, and its clone is not made yet.
    fn is_unready(&self, waker: &WakerToStore<'_>) -> bool {
        match self {
            Self::Waiting(stored) => !waker.is_ready(stored),
            Self::Marked(marked) => marked.is_unready(waker),
            Self::Answered(_) | Self::Failed(_) | Self::Closed => false,
        }
    }
}

struct Slot<T> {
    state: Mutex<State<T>>,
    link: Link,
}

impl<T> Slot<T> {
    /// Moves the slot out of `Waiting`, or gives it and `outcome` back if it has left already.
    #[inline(always)]
    fn settle(self: Arc<Self>, outcome: State<T>) -> Result<(), (Arc<Self>, State<T>)> {
        let waker = {
            let mut state = lock(&self.state);
            if matches!(*state, State::Closed) && bug("a caller who left is answered") {
                return Ok(());
            }
            let State::Waiting(waker) = &mut *state else {
                let settled = self.settle_marked(state, outcome);
                return settled.map_err(|outcome| (self, outcome));
            };
            let waker = waker.take();
            let mut state = gap("an answer comes later than the wake-up", state, &self.state);
            // Its waker was taken, so there is nothing to drop, which costs more than to know it.
            mem::forget(mem::replace(&mut *state, outcome));
            waker
        };
        self.link.cut();
        // Before the caller is woken, so that it finds itself the only owner.
        drop(self);
        waker.into_iter().for_each(batch::wake_caller);
        Ok(())
    }

    /// Takes the outcome out of a slot whose other half is gone.
    fn into_outcome(self) -> Result<T, Failure> {
        match self.state.into_inner().unwrap_or_else(PoisonError::into_inner) {
            State::Answered(answer) => Ok(answer),
            State::Failed(failure) => Err(failure),
            State::Marked(marked) => marked.into_answer().ok_or(Failure::Unanswered),
            // No half goes away like that.
            State::Waiting(_) | State::Closed => Err(Failure::Unanswered),
        }
    }

    /// The caller goes away without the outcome.
    #[inline(never)]
    fn close(&self) {
        let mut state = lock(&self.state);
        if matches!(*state, State::Marked(_)) {
            return self.leave(state);
        }
        let unread = mem::replace(&mut *state, State::Closed);
        drop(state);
        // The answer and the waker are the user's, so the lock is released before they are dropped.
        drop(unread);
    }

    /// Whether the other half is there, or the loop has a share.
    fn is_shared(self: &Arc<Self>) -> bool {
        Arc::strong_count(self) > 1
    }
}

impl<T> Fallible for Arc<Slot<T>> {
    fn fail(&self, failure: Failure) {
        // A slot that has its outcome keeps it.
        let _ = self.clone().settle(State::Failed(failure));
    }

    fn address(&self) -> usize {
        Arc::as_ptr(self).addr()
    }
}

/// Makes a slot. `waker` is woken by the outcome unless [`Receiver::poll`] names another first.
#[inline]
pub(crate) fn slot<T>(waker: Option<Waker>) -> (Reply<T>, Receiver<T>) {
    let slot = Arc::new(Slot { state: Mutex::new(State::Waiting(waker)), link: Link::default() });
    (Reply(Some(slot.clone())), Receiver { slot: Some(slot) })
}
