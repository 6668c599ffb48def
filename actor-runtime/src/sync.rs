//! Synchronization primitives: std's, with the lock of `parking_lot`; or, with `--cfg shuttle`,
//! [shuttle](https://docs.rs/shuttle)'s.
//!
//! Under shuttle, a model chooses at every lock and atomic operation which thread continues. So other
//! modules take `Mutex`, atomics and `thread_local!` from here, except where they are compiled out of the
//! models.

#[cfg(shuttle)]
pub(crate) use shuttle::{
    sync::{
        Mutex, MutexGuard,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread, thread_local,
};
/// std's `Arc` in the models too, because a `Waker` can be made from no other. The only reference count
/// that is read, that of a reply slot, decreases right after a lock was released.
pub(crate) use std::sync::Arc;
#[cfg(not(shuttle))]
pub(crate) use std::{
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    thread, thread_local,
};

pub(crate) use exchange::Exchange;
#[cfg(not(shuttle))]
pub(crate) use mutex::{Mutex, MutexGuard};
pub(crate) use mutex::{get_mut, lock};

#[cfg(not(shuttle))]
mod mutex {
    use std::panic::{RefUnwindSafe, UnwindSafe};

    pub(crate) use parking_lot::MutexGuard;

    /// A lock.
    ///
    /// No code of the user runs while a lock of this crate is held, so its data is consistent even after a
    /// panic elsewhere.
    #[derive(Default)]
    pub(crate) struct Mutex<T>(parking_lot::Mutex<T>);

    impl<T> UnwindSafe for Mutex<T> {}
    impl<T> RefUnwindSafe for Mutex<T> {}

    impl<T> Mutex<T> {
        pub(crate) const fn new(data: T) -> Self {
            Self(parking_lot::Mutex::new(data))
        }
    }

    /// Locks `mutex`.
    #[inline]
    pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
        mutex.0.lock()
    }

    /// Returns the data of a mutex that is borrowed mutably, for which no lock is needed.
    #[inline]
    pub(crate) fn get_mut<T>(mutex: &mut Mutex<T>) -> &mut T {
        mutex.0.get_mut()
    }
}

#[cfg(shuttle)]
mod mutex {
    use std::sync::PoisonError;

    use super::{Mutex, MutexGuard};

    pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
        mutex.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn get_mut<T>(mutex: &mut Mutex<T>) -> &mut T {
        mutex.get_mut().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An `Option<Box<T>>` that is swapped atomically.
#[cfg(not(shuttle))]
mod exchange {
    use atomicbox::AtomicOptionBox;

    use super::Ordering;

    pub(crate) struct Exchange<T>(AtomicOptionBox<T>);

    impl<T> Exchange<T> {
        pub(crate) const fn empty() -> Self {
            Self(AtomicOptionBox::none())
        }

        /// Takes the content.
        #[inline]
        pub(crate) fn take(&self) -> Option<Box<T>> {
            self.0.take(Ordering::AcqRel)
        }

        /// Stores `content` and returns the previous content.
        #[inline]
        pub(crate) fn put(&self, content: Box<T>) -> Option<Box<T>> {
            self.0.swap(Some(content), Ordering::AcqRel)
        }
    }
}

#[cfg(shuttle)]
mod exchange {
    use super::{Mutex, lock};

    pub(crate) struct Exchange<T>(Mutex<Option<Box<T>>>);

    impl<T> Exchange<T> {
        pub(crate) fn empty() -> Self {
            Self(Mutex::new(None))
        }

        pub(crate) fn take(&self) -> Option<Box<T>> {
            lock(&self.0).take()
        }

        pub(crate) fn put(&self, content: Box<T>) -> Option<Box<T>> {
            lock(&self.0).replace(content)
        }
    }
}

/// Returns a number that it has not returned before.
pub(crate) fn unique() -> usize {
    // std's also in the models: no schedule depends on the number.
    static LAST: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
    LAST.fetch_add(1, std::sync::atomic::Ordering::Relaxed)
}

pub(crate) use seeded::{bug, gap};

/// Lets a model switch threads here.
#[cfg(not(shuttle))]
#[inline(always)]
pub(crate) fn pause() {}

#[cfg(shuttle)]
pub(crate) fn pause() {
    shuttle::thread::yield_now();
}

/// Bugs for the models to find.
///
/// A model is trusted only if it fails once its bug is seeded. Without `--cfg shuttle`, [`bug`] is const
/// `false` and the seeded code is compiled out.
#[cfg(not(shuttle))]
mod seeded {
    use super::{Mutex, MutexGuard};

    /// Returns `true` if the running model has seeded this bug.
    #[inline(always)]
    pub(crate) const fn bug(_: &str) -> bool {
        false
    }

    /// Releases and retakes the lock if the running model has seeded this bug, so that other threads
    /// may run between two steps.
    #[inline(always)]
    pub(crate) fn gap<'a, T>(
        _: &str,
        guard: MutexGuard<'a, T>,
        _: &'a Mutex<T>,
    ) -> MutexGuard<'a, T> {
        guard
    }
}

#[cfg(shuttle)]
pub(crate) mod seeded {
    use std::cell::Cell;

    use super::{Mutex, MutexGuard, lock};

    // std's: shuttle runs all threads of a model on one real thread, so models that run in parallel
    // each have their own.
    std::thread_local! {
        static SEEDED: Cell<Option<&'static str>> = const { Cell::new(None) };
    }

    /// Seeds a bug for models that run on this thread from now on, or removes it.
    pub fn seed_bug(name: Option<&'static str>) {
        SEEDED.set(name);
    }

    pub(crate) fn bug(name: &str) -> bool {
        SEEDED.get() == Some(name)
    }

    pub(crate) fn gap<'a, T>(
        name: &str,
        guard: MutexGuard<'a, T>,
        mutex: &'a Mutex<T>,
    ) -> MutexGuard<'a, T> {
        if !bug(name) {
            return guard;
        }
        drop(guard);
        lock(mutex)
    }
}
