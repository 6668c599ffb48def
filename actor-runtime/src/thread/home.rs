//! The runtime that an actor was started on, for handlers that run on the threads of callers.
//!
//! Wherever a handler runs, `tokio::spawn` and timers in it belong to the actor's own runtime. Most
//! callers are tasks of that runtime, and a task stays where it was spawned: so it is asked once
//! for each task that calls, and remembered by the thread. To ask each time would mean to count up and
//! down what all workers share.
//! A task that enters another runtime by hand and has called from its own before is not noticed.

use std::{
    cell::Cell,
    hash::{Hash, Hasher},
};
use tokio::{
    runtime::{EnterGuard, Handle},
    task,
};

use crate::sync::thread_local;

/// A task, and its runtime, by their numbers.
type Known = Cell<(u64, u64)>;

/// The number of what is not known. No task and no runtime has it.
const UNKNOWN: u64 = 0;

/// How many tasks a thread remembers: those whose turns alternate.
const TASKS: usize = 64;

thread_local! {
    /// The tasks that were asked, each at its [`place`].
    static KNOWN: [Known; TASKS] = const { [const { Cell::new((UNKNOWN, UNKNOWN)) }; TASKS] };
}

/// Where a task is remembered. Tasks that were spawned one after the other have different places.
#[inline]
fn place(task: u64) -> usize {
    usize::try_from(task % TASKS as u64).unwrap_or(0)
}

/// The number that tokio gave `id`, which it tells nobody but a hasher.
#[inline]
fn number(id: impl Hash) -> u64 {
    let mut number = Number(UNKNOWN);
    id.hash(&mut number);
    number.0
}

/// The task that runs here.
#[inline]
fn task() -> u64 {
    task::try_id().map_or(UNKNOWN, number)
}

/// What an id hashes: a number.
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
    /// Its number.
    id: u64,
}

impl Home {
    pub(crate) fn new(runtime: Handle) -> Self {
        Self { id: number(runtime.id()), runtime: Some(runtime) }
    }

    /// That of an actor which is no task of tokio.
    pub(crate) const fn unknown() -> Self {
        Self { runtime: None, id: UNKNOWN }
    }

    /// Whether this is the runtime of the task that runs here, as far as is remembered.
    #[inline]
    pub(crate) fn is_here(&self) -> bool {
        let task = task();
        KNOWN.with(|known| known[place(task)].get()) == (task, self.id)
    }

    /// Until the guard is dropped, this is the current runtime. There is no guard where it is that
    /// anyway, and then that is remembered.
    pub(crate) fn enter(&self) -> Option<Away<'_>> {
        let runtime = self.runtime.as_ref()?;
        let current = Handle::try_current().map_or(UNKNOWN, |runtime| number(runtime.id()));
        if current != self.id {
            return Some(Away { _home: runtime.enter() });
        }
        remember(self.id);
        None
    }
}

/// Remembers the runtime of the task that runs here, if there is one.
fn remember(runtime: u64) {
    let task = task();
    if task != UNKNOWN {
        KNOWN.with(|known| known[place(task)].set((task, runtime)));
    }
}

/// A task that has left its runtime for another.
pub(crate) struct Away<'a> {
    _home: EnterGuard<'a>,
}

impl Drop for Away<'_> {
    #[inline]
    fn drop(&mut self) {
        forget();
    }
}

/// What was asked by a task while it was away holds no longer.
#[cold]
#[inline(never)]
fn forget() {
    remember(UNKNOWN);
}
