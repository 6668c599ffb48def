//! The caller's half of a slot.

use std::{
    mem,
    task::{Context, Poll},
};

use crate::{
    error::Failure,
    slot::{State, share::Share},
    sync::{bug, lock},
    thread::ring::Link,
    thread::waker::WakerToStore,
};

/// The caller's half of a slot. Dropping it before the outcome was taken closes the slot.
pub(crate) struct Receiver<T> {
    /// `None` once the outcome was taken.
    pub(super) slot: Option<Share<T>>,
}

impl<T: 'static> Receiver<T> {
    /// Returns the link that is released when the handler is over or has answered.
    ///
    /// # Panics
    ///
    /// If the outcome was taken.
    pub(crate) fn link(&self) -> &Link {
        &self.slot.as_ref().expect("the outcome was taken").link
    }

    /// Takes the outcome, or stores the waker until there is one.
    ///
    /// # Panics
    ///
    /// If the outcome was taken.
    // Not inlined: a call that runs its handler inline does not come here and would pay for the code.
    #[inline(never)]
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<T, Failure>> {
        let slot = self.slot.take().expect("polled after completion");
        match slot.take_outcome() {
            Ok(outcome) => Poll::Ready(outcome.into_outcome()),
            Err(slot) => self.poll_shared(slot, cx),
        }
    }

    /// [`poll`](Self::poll) for a slot that has another owner.
    #[inline(never)]
    fn poll_shared(&mut self, slot: Share<T>, cx: &mut Context<'_>) -> Poll<Result<T, Failure>> {
        let mut waker = WakerToStore::new(cx.waker());
        let mut state = lock(&slot.state);
        while state.needs_waker_clone(&waker) {
            drop(state);
            waker.prepare();
            state = lock(&slot.state);
        }
        if let State::Waiting(stored) = &mut *state {
            let _is_stored = waker.store(stored);
            drop(state);
            self.slot = Some(slot);
            return Poll::Pending;
        }
        match mem::replace(&mut *state, State::Closed) {
            State::Answered(answer) => Poll::Ready(Ok(answer)),
            State::Failed(failure) => Poll::Ready(Err(failure)),
            State::Marked(marked) => match Self::read_marked(state, marked, Some(&mut waker)) {
                Some(answer) => Poll::Ready(Ok(answer)),
                None => {
                    self.slot = Some(slot);
                    Poll::Pending
                }
            },
            State::Closed | State::Waiting(_) => {
                unreachable!("the receiver has not closed the slot")
            }
        }
    }

    /// Shows the answer to `look` without taking it, or stores the waker until there is an outcome.
    ///
    /// # Panics
    ///
    /// If the outcome was taken, or if `look` was called before.
    pub(crate) fn poll_look<O>(
        &mut self,
        cx: &mut Context<'_>,
        look: &mut Option<impl FnOnce(&T) -> O>,
    ) -> Poll<Result<O, Failure>> {
        let slot = self.slot.as_ref().expect("the outcome was taken");
        let mut waker = WakerToStore::new(cx.waker());
        let mut state = lock(&slot.state);
        while state.needs_waker_clone(&waker) {
            drop(state);
            waker.prepare();
            state = lock(&slot.state);
        }
        if let Some(answer) = state.answer() {
            let look = look.take().expect("looked before");
            let looked = look(answer);
            if bug("who looks takes the answer") {
                *state = State::Closed;
            }
            return Poll::Ready(Ok(looked));
        }
        match &mut *state {
            State::Failed(failure) => return Poll::Ready(Err(failure.clone())),
            State::Waiting(_) if bug("who looks is not woken") => {}
            State::Waiting(stored) => {
                let _is_stored = waker.store(stored);
            }
            State::Marked(marked) => marked.store_caller(&mut waker),
            State::Answered(_) | State::Closed => {
                unreachable!("the receiver has not closed the slot")
            }
        }
        Poll::Pending
    }

    /// Returns `true` if an answer is pending or unread.
    #[cfg(all(debug_assertions, not(shuttle)))]
    pub(crate) fn is_open(&self) -> bool {
        let is_over = |state: &State<T>| matches!(state, State::Failed(_) | State::Closed);
        self.slot.as_ref().is_some_and(|slot| !is_over(&lock(&slot.state)))
    }

    /// Takes the outcome if there is one, without storing a waker.
    pub(crate) fn try_take(&mut self) -> Option<Result<T, Failure>> {
        let outcome = {
            let slot = self.slot.as_ref()?;
            let mut state = lock(&slot.state);
            if matches!(*state, State::Waiting(_) | State::Closed) {
                return None;
            }
            match mem::replace(&mut *state, State::Closed) {
                State::Answered(answer) => Ok(answer),
                State::Failed(failure) => Err(failure),
                State::Marked(marked) => Ok(Self::read_marked(state, marked, None)?),
                State::Closed | State::Waiting(_) => return None,
            }
        };
        self.slot = None;
        Some(outcome)
    }
}

impl<T> Drop for Receiver<T> {
    #[inline]
    fn drop(&mut self) {
        if let Some(slot) = self.slot.take() {
            slot.close();
        }
    }
}
