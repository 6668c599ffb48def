//! The runtime that an actor was started on. Only tasks of that runtime run handlers inline.
//!
//! So a handler finds the same runtime around it as in the loop: what `tokio::spawn`, timers,
//! `block_in_place` and `Handle::block_on` do there is the same wherever it runs. A caller is a task of the
//! runtime if
//!
//! - its thread is a worker of a runtime, and not merely in the context of one,
//! - the last actor that this thread left in its seat is of this runtime, so the worker is too, and
//! - this is the current runtime.
//!
//! A task stays on its runtime, so each thread caches the answer for the tasks that it polls; looking up
//! the current runtime updates a reference count that all workers share.
//!
//! The cache has a hole: a task that enters or drives another runtime by hand, after it has called from its
//! own, is not noticed.

use std::{
    cell::Cell,
    env,
    hash::{Hash, Hasher},
    sync::LazyLock,
};
use tokio::{runtime::Handle, task};

use crate::sync::thread_local;

/// The ids of a task and its runtime.
type CacheEntry = Cell<(u64, Home)>;

/// Stands for no id. tokio's ids of tasks and runtimes are not zero.
pub(crate) const UNKNOWN: u64 = 0;

/// The number of tasks that a thread caches.
const CACHE_SIZE: usize = 64;

thread_local! {
    /// Indexed by [`cache_index`].
    static CACHE: [CacheEntry; CACHE_SIZE] =
        const { [const { Cell::new((UNKNOWN, Home::UNKNOWN)) }; CACHE_SIZE] };
    /// The runtime of the last actor that this thread left in its seat.
    static WORKS_FOR: Cell<Home> = const { Cell::new(Home::UNKNOWN) };
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

/// The runtime of an actor, by its id.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Home(u64);

impl Home {
    /// The home of an actor that is not a task of tokio.
    pub(crate) const UNKNOWN: Self = Self(UNKNOWN);

    pub(crate) fn new(runtime: &Handle) -> Self {
        Self(number(runtime.id()))
    }

    /// Returns that of an actor in the current runtime.
    pub(crate) fn current() -> Self {
        Handle::try_current().map_or(Self::UNKNOWN, |runtime| Self::new(&runtime))
    }

    /// The id of the runtime, or [`UNKNOWN`].
    pub(crate) fn number(self) -> u64 {
        self.0
    }

    /// Returns the home with this [`number`](Self::number).
    #[inline]
    pub(crate) fn with_number(number: u64) -> Self {
        Self(number)
    }

    /// Notes that the current thread polls an actor of this runtime, so it is a worker of it.
    #[inline]
    pub(crate) fn note_worker(self) {
        WORKS_FOR.with(|works_for| works_for.set(self));
    }

    /// Returns `true` if it is cached that the current task, which is `task`, is one of this runtime.
    #[inline(always)]
    pub(crate) fn is_known_home_of(self, task: u64) -> bool {
        CACHE.with(|cache| cache[cache_index(task)].get()) == (task, self)
    }

    /// Returns `true` if the current task, which is `task`, is one of this runtime.
    #[cfg(not(shuttle))]
    pub(crate) fn is_home_of(self, task: u64) -> bool {
        if self.is_known_home_of(task) {
            return true;
        }
        let is_home = WORKS_FOR.with(Cell::get) == self
            && tokio::runtime::worker_index().is_some()
            && Self::current() == self;
        if is_home && task != UNKNOWN {
            CACHE.with(|cache| cache[cache_index(task)].set((task, self)));
        }
        is_home
    }

    #[cfg(shuttle)]
    pub(crate) fn is_home_of(self, _: u64) -> bool {
        self == model::current()
    }

    /// Returns `true` if the current task is one of this runtime. Unlike [`is_home_of`](Self::is_home_of), it
    /// knows so on a worker that has not polled the actor yet, and looks up the runtime each time.
    #[cfg(not(shuttle))]
    pub(crate) fn is_home_of_current_task(self) -> bool {
        task::try_id().is_some()
            && tokio::runtime::worker_index().is_some()
            && Self::current() == self
    }

    #[cfg(shuttle)]
    pub(crate) fn is_home_of_current_task(self) -> bool {
        self == model::current()
    }
}

/// Returns `true` if the environment variable `ACTOR_INLINE` is `false`. See
/// [`Builder::inline`](crate::Builder::inline).
pub(crate) fn is_inline_disabled() -> bool {
    static IS_DISABLED: LazyLock<bool> =
        LazyLock::new(|| env::var_os("ACTOR_INLINE").is_some_and(|value| value == "false"));
    cfg!(debug_assertions) && *IS_DISABLED
}

/// The runtime of the models, which has no tasks of tokio.
#[cfg(shuttle)]
pub(crate) mod model {
    use std::cell::Cell;

    use super::Home;
    use crate::sync::thread_local;

    /// The runtime that a thread of a model belongs to, unless it has left it.
    pub(crate) const OWN: Home = Home(1);

    thread_local! {
        static CURRENT: Cell<Home> = const { Cell::new(OWN) };
    }

    pub(super) fn current() -> Home {
        CURRENT.with(Cell::get)
    }

    /// Lets the current thread be none of the actors' runtime.
    pub fn leave_runtime() {
        CURRENT.with(|current| current.set(Home::UNKNOWN));
    }
}
