//! Interrupting statements whose result is not wanted any more.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use actor_runtime::{Watch, batch};
use rusqlite::Connection;

use crate::error::Result;

/// The number of virtual machine instructions between calls of the progress handler.
const INTERVAL: i32 = 1_000;

/// What the progress handler of the connection asks while a statement runs.
#[derive(Default)]
pub(crate) struct Interrupt {
    /// The caller of the read that runs.
    caller: Arc<Mutex<Option<Caller>>>,
}

/// The caller of a read.
pub(crate) enum Caller {
    /// It waits for a reply.
    Reply(Watch),
    /// It sets this flag when it is gone.
    Flag(Arc<AtomicBool>),
}

impl Caller {
    fn is_gone(&self) -> bool {
        match self {
            Self::Reply(watch) => watch.is_closed(),
            Self::Flag(is_gone) => is_gone.load(Ordering::Relaxed),
        }
    }
}

impl Interrupt {
    /// Installs the progress handler, which interrupts all statements if the actor is aborted.
    pub(crate) fn install(&self, connection: &mut Connection, aborted: Watch) -> Result<()> {
        let caller = self.caller.clone();
        let handler = move || {
            // Callers that already have a reply should not wait for a slow statement.
            batch::wake_callers();
            let caller = caller.lock().unwrap_or_else(PoisonError::into_inner);
            aborted.is_closed() || caller.as_ref().is_some_and(Caller::is_gone)
        };
        connection.progress_handler(INTERVAL, Some(handler))?;
        Ok(())
    }

    /// Interrupts statements if `caller` is gone, until the returned value is dropped.
    pub(crate) fn unless(&self, caller: Caller) -> Wanted {
        *self.caller.lock().unwrap_or_else(PoisonError::into_inner) = Some(caller);
        Wanted(self.caller.clone())
    }
}

/// Ends the interrupts of a read when it is dropped, also by a panic.
pub(crate) struct Wanted(Arc<Mutex<Option<Caller>>>);

impl Drop for Wanted {
    fn drop(&mut self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}
