//! The reply slot: carries one answer from a handler to the caller that awaits it.
//!
//! A slot is one allocation at most, shared by a [`Reply`] in the message and a [`Receiver`] in the caller's
//! future.
//!
//! # Invariants
//!
//! 1. A slot leaves [`State::Waiting`] once, so a caller gets exactly one outcome.
//! 2. Dropping a [`Reply`] always moves its slot out of `Waiting`: at once, or, if the drop happens
//!    while a handler unwinds, after the panic has been caught. So no caller waits for an answer that
//!    cannot come.
//! 3. A slot starts with two owners. A [`Reply`] that is the only owner has lost its caller, and a
//!    [`Receiver`] that is the only owner finds the outcome; the reference count answers both without
//!    the lock. (Slots of marked handlers are an exception: see invariant 2 of [`marked`].)
//! 4. Values and wakers of the user are dropped and woken after the lock is released.
//!
//! [`marked`] extends the slot for handlers that are marked `#[cancel_safe]`.

pub(crate) mod acknowledged;
pub(crate) mod caller;
pub(crate) mod marked;
pub(crate) mod message;
pub(crate) mod receiver;
pub(crate) mod replies;
pub(crate) mod reply;
pub(crate) mod returns;
mod share;
pub(crate) mod unread;
pub(crate) mod watch;

use std::{mem, task::Waker};

use crate::{
    error::Failure,
    slot::{marked::Marked, receiver::Receiver, reply::Reply, share::Share},
    sync::{Mutex, gap, lock},
    thread::waker::WakerToStore,
    thread::{batch, current::ErasedReply, ring::Link},
};

enum State<T> {
    /// No outcome yet; the waker is the caller's.
    Waiting(Option<Waker>),
    Answered(T),
    Failed(Failure),
    /// The caller took the outcome or was dropped.
    Closed,
    /// The handler is marked, and the slot has additional state.
    Marked(Box<Marked<T>>),
}

impl<T> State<T> {
    /// Returns `true` if the caller's waker must be stored but has not been cloned yet.
    fn needs_waker_clone(&self, waker: &WakerToStore<'_>) -> bool {
        match self {
            Self::Waiting(stored) => !waker.is_ready(stored),
            Self::Marked(marked) => marked.needs_waker_clone(waker),
            Self::Answered(_) | Self::Failed(_) | Self::Closed => false,
        }
    }
}

struct Slot<T> {
    state: Mutex<State<T>>,
    /// The wait of the caller, if the caller is a handler.
    link: Link,
}

impl<T: 'static> Share<T> {
    /// Moves the slot out of `Waiting`.
    ///
    /// # Errors
    ///
    /// The slot and `outcome`, if the slot has left `Waiting` already.
    #[inline(always)]
    fn settle(self, outcome: State<T>) -> Result<(), (Self, State<T>)> {
        let waker = {
            let mut state = lock(&self.state);
            let State::Waiting(waker) = &mut *state else {
                let settled = self.settle_marked(state, outcome);
                return settled.map_err(|outcome| (self, outcome));
            };
            let waker = waker.take();
            let mut state = gap("an answer comes later than the wake-up", state, &self.state);
            // The old state is `Waiting(None)` and needs no drop. `forget` spares the check of that.
            mem::forget(mem::replace(&mut *state, outcome));
            // With the lock held, so that a caller who looks later finds the wait cut, and one who has
            // looked before has it on record by now.
            self.link.cut();
            waker
        };
        // Dropped before the caller is woken, so that the caller finds itself the only owner.
        drop(self);
        waker.into_iter().for_each(batch::wake_caller);
        Ok(())
    }
}

impl<T> State<T> {
    /// The answer that the caller can read.
    fn answer(&self) -> Option<&T> {
        match self {
            Self::Answered(answer) => Some(answer),
            Self::Marked(marked) => marked.answer(),
            Self::Waiting(_) | Self::Failed(_) | Self::Closed => None,
        }
    }

    /// The outcome of a slot whose other half is gone.
    fn into_outcome(self) -> Result<T, Failure> {
        match self {
            Self::Answered(answer) => Ok(answer),
            Self::Failed(failure) => Err(failure),
            Self::Marked(marked) => marked.into_answer().ok_or(Failure::Unanswered),
            // Not reached: a reply settles its slot when it is dropped (see 2).
            Self::Waiting(_) | Self::Closed => Err(Failure::Unanswered),
        }
    }
}

impl<T> Slot<T> {
    /// Closes the slot, because the caller was dropped without taking the outcome.
    #[inline(never)]
    fn close(&self) {
        self.link.cut();
        let mut state = lock(&self.state);
        if matches!(*state, State::Marked(_)) {
            return self.abandon(state);
        }
        let unread = mem::replace(&mut *state, State::Closed);
        drop(state);
        // See 4.
        drop(unread);
    }
}

impl<T: 'static> ErasedReply for Share<T> {
    fn fail(&self, failure: Failure) {
        // A slot that has an outcome keeps it (see 1).
        let _ = self.clone().settle(State::Failed(failure));
    }

    fn address(&self) -> usize {
        self.address()
    }
}

/// Makes a slot. The outcome wakes `waker`, unless [`Receiver::poll`] has stored another since.
#[inline]
pub(crate) fn slot<T: 'static>(waker: Option<Waker>) -> (Reply<T>, Receiver<T>) {
    let slot = Share::new(waker);
    (Reply(Some(slot.clone())), Receiver { slot: Some(slot) })
}
