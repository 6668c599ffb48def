//! The runtime that an actor was started on, for handlers that run inline on the threads of callers.
//!
//! `tokio::spawn` and timers in a handler belong to the actor's own runtime, wherever the handler runs.
//! Most callers are tasks of that runtime, and a task stays on the runtime it was spawned on. So the
//! runtime of each calling task is looked up once and cached by the thread; a look-up per call would
//! update a reference count that all workers share.
//!
//! The cache has a hole: a task that enters another runtime by hand, after it has called from its own, is
//! not noticed.

use std::{
    cell::Cell,
    hash::{Hash, Hasher},
};
use tokio::{
    runtime::{EnterGuard, Handle},
    task,
};

use crate::sync::thread_local;

/// The ids of a task and its runtime.
type CacheEntry = Cell<(u64, u64)>;

/// Stands for no id. tokio's ids of tasks and runtimes are not zero.
pub(crate) const UNKNOWN: u64 = 0;

/// The number of tasks that a thread caches.
const CACHE_SIZE: usize = 64;

thread_local! {
    /// Indexed by [`cache_index`].
    static CACHE: [CacheEntry; CACHE_SIZE] =
        const { [const { Cell::new((UNKNOWN, UNKNOWN)) }; CACHE_SIZE] };
}

/// Returns the index of a task in the cache. Tasks spawned in sequence have different indices.
#[inline]
fn cache_index(task: u64) -> usize {
    usize::try_from(task % CACHE_SIZE as u64).unwrap_or(0)
}

/// Returns the number in a tokio `id`, which is exposed only through `Hash`.
#[inline]
fn number(id: impl Hash) -> u64 {
    let mut number = Number(UNKNOWN);
    id.hash(&mut number);
    number.0
}

/// Returns the id of the current task.
#[inline]
pub(crate) fn task() -> u64 {
    task::try_id().map_or(UNKNOWN, number)
}

/// A hasher that keeps the `u64` it is given.
struct Number(u64);

impl Hasher for Number {
    #[inline]
    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = bytes.iter().fold(self.0, |number, byte| number.rotate_left(8) ^ u64::from(*byte));
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// The runtime of an actor.
pub(crate) struct Home {
    runtime: Option<Handle>,
    id: u64,
}

impl Home {
    pub(crate) fn new(runtime: Handle) -> Self {
        Self { id: number(runtime.id()), runtime: Some(runtime) }
    }

    /// The home of an actor that is not a task of tokio.
    pub(crate) const fn unknown() -> Self {
        Self { runtime: None, id: UNKNOWN }
    }

    /// Returns `true` if this is the cached runtime of `task`, which is the current one.
    #[inline]
    pub(crate) fn is_home_of(&self, task: u64) -> bool {
        CACHE.with(|cache| cache[cache_index(task)].get()) == (task, self.id)
    }

    /// Makes this the current runtime until the guard is dropped. If it is the current runtime already,
    /// caches that and returns `None`.
    pub(crate) fn enter(&self) -> Option<RuntimeGuard<'_>> {
        let runtime = self.runtime.as_ref()?;
        let current = Handle::try_current().map_or(UNKNOWN, |runtime| number(runtime.id()));
        if current != self.id {
            return Some(RuntimeGuard { _guard: runtime.enter() });
        }
        cache(self.id);
        None
    }
}

/// Caches `runtime` as that of the current task, if there is one.
fn cache(runtime: u64) {
    let task = task();
    if task != UNKNOWN {
        CACHE.with(|cache| cache[cache_index(task)].set((task, runtime)));
    }
}

/// A task has entered the runtime of another actor.
pub(crate) struct RuntimeGuard<'a> {
    _guard: EnterGuard<'a>,
}

impl Drop for RuntimeGuard<'_> {
    #[inline]
    fn drop(&mut self) {
        invalidate();
    }
}

/// Drops what was cached for the current task while it was in another runtime.
#[cold]
#[inline(never)]
fn invalidate() {
    cache(UNKNOWN);
}
