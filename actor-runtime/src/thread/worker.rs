//! The threads that actors have to themselves, and whether they have work.
//!
//! Only tests ask for that. tokio advances a paused clock as soon as its runtime has nothing to do, and
//! it does not know of these threads.

use std::sync::{
    Mutex, MutexGuard, PoisonError, Weak,
    atomic::{AtomicBool as StdAtomicBool, AtomicU64, Ordering::Relaxed},
};
use tokio::runtime::{Handle, Id};

use crate::{
    sync::{Arc, AtomicBool, Ordering},
    thread::home::Home,
};

/// All threads that were started within a runtime.
static WORKERS: Mutex<Vec<Weak<Worker>>> = Mutex::new(Vec::new());

/// Locks [`WORKERS`], which is not part of the models.
fn workers() -> MutexGuard<'static, Vec<Weak<Worker>>> {
    WORKERS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A thread that runs a future.
pub(crate) struct Worker {
    /// The runtime that the thread was started in.
    runtime: Option<Id>,
    /// Whether the future has been woken since it was polled.
    is_woken: AtomicBool,
    /// Whether the thread waits for that. Not part of the models.
    is_parked: StdAtomicBool,
}

impl Worker {
    /// A thread that blocks on a future for its caller.
    pub(crate) fn new() -> Arc<Self> {
        Self::of(None)
    }

    /// The thread of an actor that is started within `runtime`. It has work until it waits for the first
    /// time.
    pub(crate) fn within(runtime: Option<&Handle>) -> Arc<Self> {
        let worker = Self::of(runtime.map(Handle::id));
        if worker.runtime.is_some() {
            let mut workers = workers();
            workers.retain(|worker| worker.strong_count() > 0);
            workers.push(Arc::downgrade(&worker));
        }
        worker
    }

    fn of(runtime: Option<Id>) -> Arc<Self> {
        Arc::new(Self {
            runtime,
            is_woken: AtomicBool::new(false),
            is_parked: StdAtomicBool::new(false),
        })
    }

    /// Records that the future has to be polled.
    pub(crate) fn wake(&self) {
        self.is_woken.store(true, Ordering::Release);
    }

    /// Calls `park` until the future has been woken. Returns `false` if `park` does.
    pub(crate) fn wait(&self, mut park: impl FnMut(&AtomicBool) -> bool) -> bool {
        // A worker has work if it is woken or not parked, so the order of these steps leaves no moment
        // in which one that was woken seems to have none.
        self.is_parked.store(true, Relaxed);
        while !self.is_woken.load(Ordering::Acquire) {
            if !park(&self.is_woken) {
                return false;
            }
        }
        self.is_parked.store(false, Relaxed);
        self.is_woken.swap(false, Ordering::Acquire);
        true
    }

    fn has_work(&self) -> bool {
        !self.is_parked.load(Relaxed) || self.is_woken.load(Ordering::Acquire)
    }
}

/// Returns the id of the current runtime.
pub(crate) fn runtime() -> Option<Id> {
    Handle::try_current().ok().map(|runtime| runtime.id())
}

/// The runtime in which an actor is polled.
///
/// The number of its [`Home`], or [`NOT_POLLED`]. Not part of the models.
pub(crate) struct Runtime(AtomicU64);

/// Stands for no runtime, unlike [`Home::UNKNOWN`], which stands for none of tokio.
const NOT_POLLED: u64 = u64::MAX;

impl Runtime {
    pub(crate) const fn new() -> Self {
        Self(AtomicU64::new(NOT_POLLED))
    }

    /// Records the current runtime, in the first poll of the actor.
    pub(crate) fn note(&self) {
        self.0.store(Home::current().number(), Relaxed);
    }

    /// Whether the actor is polled, and that not in the current runtime.
    pub(crate) fn is_another(&self) -> bool {
        let runtime = self.0.load(Relaxed);
        runtime != NOT_POLLED && runtime != Home::current().number()
    }
}

/// Whether the thread of an actor that was started in the current runtime has work.
pub(crate) fn is_any_at_work() -> bool {
    is_any(Worker::has_work)
}

/// Whether there is such a thread.
pub(crate) fn is_any_alive() -> bool {
    is_any(|_| true)
}

fn is_any(mut filter: impl FnMut(&Worker) -> bool) -> bool {
    let Some(runtime) = runtime() else {
        return false;
    };
    let workers = workers();
    let mut here = workers.iter().filter_map(Weak::upgrade);
    here.any(|worker| worker.runtime == Some(runtime) && filter(&worker))
}
