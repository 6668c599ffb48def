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
    thread_local,
};
pub(crate) use std::sync::Arc;
#[cfg(not(shuttle))]
pub(crate) use std::{
    sync::{
        Mutex, MutexGuard,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread_local,
};

use std::sync::PoisonError;

/// Locks `mutex`, also after a panic.
///
/// No code of the user runs while one of our locks is held, so what a lock guards is consistent
/// whatever else went wrong.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
