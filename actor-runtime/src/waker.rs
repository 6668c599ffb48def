//! Wakers, which are the user's code: a clone, a drop or a wake-up may do anything.

use std::task::Waker;

use crate::catch::catch;

/// Wakes a task. A waker that panics must not stop the caller, which may have others to wake.
pub(crate) fn wake(waker: Waker) {
    let _ = catch(|| waker.wake());
}

/// A waker to be stored under a lock, whose clone is made and dropped without it.
///
/// [`store`](Self::store) fails if a clone is needed; the caller then releases the lock, calls
/// [`prepare`](Self::prepare) and looks again. A waker that is stored already costs no clone.
///
/// Make it before the lock is taken, so that it is dropped after the lock is released: it holds
/// whatever waker it has replaced.
pub(crate) struct WakerToStore<'a> {
    waker: &'a Waker,
    spare: Option<Waker>,
}

impl<'a> WakerToStore<'a> {
    pub(crate) fn new(waker: &'a Waker) -> Self {
        Self { waker, spare: None }
    }

    /// Makes the clone. No lock may be held.
    pub(crate) fn prepare(&mut self) {
        self.spare = Some(self.waker.clone());
    }

    /// Whether [`store`](Self::store) would succeed for `place`.
    #[inline]
    pub(crate) fn is_ready(&self, place: &Option<Waker>) -> bool {
        self.spare.is_some() || place.as_ref().is_some_and(|stored| stored.will_wake(self.waker))
    }

    /// Leaves the waker in `place`, if it is there already or its clone is made.
    #[must_use]
    #[inline]
    pub(crate) fn store(&mut self, place: &mut Option<Waker>) -> bool {
        if place.as_ref().is_some_and(|stored| stored.will_wake(self.waker)) {
            return true;
        }
        let Some(spare) = self.spare.take() else {
            return false;
        };
        self.spare = place.replace(spare);
        true
    }
}
