//! The caller's half of a slot.

use std::{
    mem,
    task::{Context, Poll},
};

use crate::{
    error::Failure,
    slot::{Slot, State},
    sync::{Arc, lock},
    thread::ring::Link,
    waker::WakerToStore,
};

/// The caller's half of a slot. Dropping it closes the slot.
pub(crate) struct Receiver<T> {
    /// There until the outcome was taken.
    pub(super) slot: Option<Arc<Slot<T>>>,
}

impl<T> Receiver<T> {
    /// Is cut when the handler is over.
    ///
    /// # Panics
    ///
    /// If the outcome was taken: then nobody waits any more.
    pub(crate) fn link(&self) -> &Link {
        &self.slot.as_ref().expect("asked after it was ready").link
    }

    /// Takes the outcome.
    ///
    /// # Panics
    ///
    /// If it was taken already.
    // Not inlined, since a call that runs its handler itself would pay for that.
    #[inline(never)]
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<T, Failure>> {
        let slot = self.slot.take().expect("polled after it was ready");
        if !slot.is_shared() {
            match Arc::try_unwrap(slot) {
                Ok(slot) => return Poll::Ready(slot.into_outcome()),
                Err(_) => unreachable!("nobody else knows the slot"),
            }
        }
        self.poll_shared(slot, cx)
    }

    /// Takes the outcome from a slot whose other half is there.
    #[inline(never)]
    fn poll_shared(
        &mut self,
        slot: Arc<Slot<T>>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<T, Failure>> {
        let mut waker = WakerToStore::new(cx.waker());
        let mut state = lock(&slot.state);
        // A slot that waits has to have the waker; one that is marked may have to.
        while state.is_unready(&waker) {
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
            State::Closed | State::Waiting(_) => unreachable!("the caller is here"),
        }
    }

    /// Whether the caller may still get an answer, or leaves one unread.
    #[cfg(all(debug_assertions, not(shuttle)))]
    pub(crate) fn is_open(&self) -> bool {
        let is_over = |state: &State<T>| matches!(state, State::Failed(_) | State::Closed);
        self.slot.as_ref().is_some_and(|slot| !is_over(&lock(&slot.state)))
    }

    /// Takes the outcome if there is one.
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
