//! Waking and storing wakers, which are user code: cloning, dropping or waking one may run anything.

use std::task::Waker;

use crate::{catch::catch, thread::current};

/// Wakes a task. A panic of the waker is caught, since the caller may have others to wake.
pub(crate) fn wake(waker: Waker) {
    // The waker may poll other tasks, which are not the handler that runs.
    let aside = current::aside();
    let _ = catch(|| waker.wake());
    drop(aside);
}

/// A waker to store in a place that a lock guards, cloned and dropped without that lock.
///
/// Create it before acquiring the lock, so that it is dropped after the lock is released: it holds
/// the waker that it has replaced. With the lock held, call [`store`](Self::store). If that returns
/// `false`, release the lock, call [`prepare`](Self::prepare) and start over. Storing a waker that is
/// already in place needs no clone.
pub(crate) struct WakerToStore<'a> {
    waker: &'a Waker,
    spare: Option<Waker>,
}

impl<'a> WakerToStore<'a> {
    pub(crate) fn new(waker: &'a Waker) -> Self {
        Self { waker, spare: None }
    }

    /// Clones the waker. No lock may be held.
    pub(crate) fn prepare(&mut self) {
        self.spare = Some(self.waker.clone());
    }

    /// Returns whether [`store`](Self::store) would succeed for `place`.
    #[inline]
    pub(crate) fn is_ready(&self, place: &Option<Waker>) -> bool {
        self.spare.is_some() || place.as_ref().is_some_and(|stored| stored.will_wake(self.waker))
    }

    /// Stores the waker in `place`. Returns `false` if that needs a clone that is not prepared.
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
