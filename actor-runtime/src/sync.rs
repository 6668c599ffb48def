//! The primitives everything here is built on.
//!
//! They are std's, unless the crate is built with `--cfg shuttle`: then they are
//! [shuttle](https://docs.rs/shuttle)'s, and a model decides at every lock and every atomic which
//! thread goes on. Nothing else in the crate names `std::sync::Mutex`, an atomic or `thread_local!`.

#[cfg(shuttle)]
pub(crate) use shuttle::{
    sync::{
        Mutex, MutexGuard,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread, thread_local,
};
/// An `Arc` of std's in the models too, since wakers can be made of no other. The one count that
/// decides something, that of a reply slot, goes down right after a lock was released.
pub(crate) use std::sync::Arc;
#[cfg(not(shuttle))]
pub(crate) use std::{
    sync::{
        Mutex, MutexGuard,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread, thread_local,
};

use std::sync::PoisonError;

pub(crate) use exchange::Exchange;

/// Locks `mutex`, also after a panic.
///
/// No code of the user runs while one of our locks is held, so what a lock guards is consistent
/// whatever else went wrong.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A box or nothing, exchanged in one step.
#[cfg(not(shuttle))]
mod exchange {
    use atomicbox::AtomicOptionBox;

    use super::Ordering;

    pub(crate) struct Exchange<T>(AtomicOptionBox<T>);

    impl<T> Exchange<T> {
        pub(crate) const fn empty() -> Self {
            Self(AtomicOptionBox::none())
        }

        /// Takes what is there.
        #[inline]
        pub(crate) fn take(&self) -> Option<Box<T>> {
            self.0.take(Ordering::AcqRel)
        }

        /// Puts `content` there, and gives what was there.
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

/// A number that was not given out before.
pub(crate) fn unique() -> usize {
    // Not one of the model's atomics: nothing depends on which number it is.
    static LAST: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
    LAST.fetch_add(1, std::sync::atomic::Ordering::Relaxed)
}

pub(crate) use seeded::{bug, gap};

/// Bugs that a model asks for. A model that passes proves something only if it fails with the bug
/// that it is there to find. Outside of the models there are none, and no code for them.
#[cfg(not(shuttle))]
mod seeded {
    use super::{Mutex, MutexGuard};

    /// Whether the model that runs wants this bug.
    #[inline(always)]
    pub(crate) const fn bug(_: &str) -> bool {
        false
    }

    /// Lets others in between two steps that are one, if the model that runs wants this bug.
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

    // Of the real thread, on which shuttle runs all threads of a model: so models that run side by
    // side do not disturb each other.
    std::thread_local! {
        static SEEDED: Cell<Option<&'static str>> = const { Cell::new(None) };
    }

    /// Plants a bug for what runs on this thread from here on, or takes it out again.
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
