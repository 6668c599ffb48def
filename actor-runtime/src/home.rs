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
    task::{Context, Poll},
};

use tokio::{
    runtime::{self, EnterGuard, Handle},
    task::{self, coop},
};

use crate::sync::thread_local;

/// A task, and its runtime.
type Known = Cell<Option<(task::Id, runtime::Id)>>;

/// How many tasks a thread remembers: those whose turns alternate.
const TASKS: usize = 64;

thread_local! {
    /// The tasks that were asked, each at its [`place`].
    static KNOWN: [Known; TASKS] = const { [const { Cell::new(None) }; TASKS] };
}

/// Where `task` is remembered. Tasks that were spawned one after the other have different places.
#[inline]
fn place(task: task::Id) -> usize {
    let mut number = Number(0);
    task.hash(&mut number);
    usize::try_from(number.0).map_or(0, |number| number % TASKS)
}

/// What a task's id hashes: a number.
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
    runtime: Handle,
    id: runtime::Id,
}

impl Home {
    pub(crate) fn new(runtime: Handle) -> Self {
        Self { id: runtime.id(), runtime }
    }

    /// Until the guard is dropped, this is the current runtime. There is no guard where it is that
    /// anyway.
    #[inline]
    pub(crate) fn enter(&self) -> Option<Away<'_>> {
        let task = task::try_id();
        if let Some(task) = task
            && KNOWN.with(|known| known[place(task)].get()) == Some((task, self.id))
        {
            return None;
        }
        self.enter_from(task)
    }

    #[cold]
    fn enter_from(&self, task: Option<task::Id>) -> Option<Away<'_>> {
        let current = Handle::try_current().ok().map(|runtime| runtime.id());
        if current != Some(self.id) {
            return Some(Away { _home: self.runtime.enter() });
        }
        remember(task, task.map(|task| (task, self.id)));
        None
    }
}

#[cold]
#[inline(never)]
fn remember(task: Option<task::Id>, known: Option<(task::Id, runtime::Id)>) {
    if let Some(task) = task {
        KNOWN.with(|tasks| tasks[place(task)].set(known));
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
    remember(task::try_id(), None);
}

/// Takes from what a task may do in one poll, or has it polled again later if that is used up.
#[inline]
pub(crate) fn proceed(cx: &mut Context<'_>) -> Poll<()> {
    coop::poll_proceed(cx).map(|budget| budget.made_progress())
}
