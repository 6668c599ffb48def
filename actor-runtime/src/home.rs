//! The runtime that an actor was started on, for handlers that run on the threads of callers.
//!
//! Wherever a handler runs, `tokio::spawn` and timers in it belong to the actor's own runtime. Most
//! callers are tasks of that runtime, and a task stays where it was spawned: so it is asked once
//! for each task that calls, and remembered by the thread.
//! A task that enters another runtime by hand and has called from its own before is not noticed.

use std::{
    cell::Cell,
    task::{Context, Poll},
};

use tokio::{
    runtime::{self, EnterGuard, Handle},
    task::{self, coop},
};

use crate::sync::thread_local;

thread_local! {
    /// The task that was asked last, and its runtime.
    static KNOWN: Cell<Option<(task::Id, runtime::Id)>> = const { Cell::new(None) };
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
        match task::try_id() {
            Some(task) if KNOWN.with(Cell::get) == Some((task, self.id)) => None,
            task => self.enter_from(task),
        }
    }

    #[cold]
    fn enter_from(&self, task: Option<task::Id>) -> Option<Away<'_>> {
        let current = Handle::try_current().ok().map(|runtime| runtime.id());
        let is_home = current == Some(self.id);
        KNOWN.with(|known| known.set(task.filter(|_| is_home).map(|task| (task, self.id))));
        (!is_home).then(|| Away { _home: self.runtime.enter() })
    }
}

/// A task that has left its runtime for another.
pub(crate) struct Away<'a> {
    _home: EnterGuard<'a>,
}

impl Drop for Away<'_> {
    fn drop(&mut self) {
        // What was asked in between holds no longer.
        KNOWN.with(|known| known.set(None));
    }
}

/// Takes from what a task may do in one poll, or has it polled again later if that is used up.
#[inline]
pub(crate) fn proceed(cx: &mut Context<'_>) -> Poll<()> {
    coop::poll_proceed(cx).map(|budget| budget.made_progress())
}
