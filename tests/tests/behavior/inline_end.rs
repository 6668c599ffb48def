//! A handler that runs inline for long: others wait for it, and so does the end of its actor.
//!
//! With every call queued, all of this is the same for a handler in the loop.

use std::sync::mpsc;

use actor_runtime::{ActorHandle, Builder, CallError, CallErrorKind, ExitReason, actor};
use tokio::{
    runtime::{self, Runtime},
    task,
};

use crate::support::{Log, LogsDrop, now, outcome, pending, ready, runs_inline, until};

/// More turns than the loop needs to look for its actor by itself.
const MANY_TURNS: usize = 200;

/// Blocks a handler until it is released.
struct Barrier {
    entered: mpsc::Sender<()>,
    released: mpsc::Receiver<()>,
}

struct Desk {
    log: Log,
    _state: LogsDrop,
}

#[actor]
impl Desk {
    pub(crate) fn task(&self) -> Option<task::Id> {
        task::try_id()
    }

    pub(crate) fn note(&mut self, number: u32) -> u32 {
        self.log.add(format!("note {number}"));
        number
    }

    /// Blocks the thread it runs on.
    pub(crate) fn block(&mut self, barrier: Barrier) -> Option<task::Id> {
        barrier.entered.send(()).unwrap();
        barrier.released.recv().unwrap();
        self.log.add("released");
        task::try_id()
    }
}

/// An actor on a runtime with two workers, one of which runs a handler of it inline, for a task.
struct Blocked {
    log: Log,
    desk: DeskHandle,
    runtime: Runtime,
    release: mpsc::Sender<()>,
    outcome: mpsc::Receiver<Result<Option<task::Id>, CallError>>,
}

impl Blocked {
    fn new() -> Self {
        Self::prepared_by(|_| {})
    }

    fn prepared_by(prepare: impl FnOnce(&DeskHandle)) -> Self {
        let runtime = runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
        let log = Log::default();
        let desk = Desk { log: log.clone(), _state: log.on_drop("state dropped") };
        let desk = Builder::new().on(runtime.handle().clone()).spawn(desk);
        prepare(&desk);
        let (entered, was_entered) = mpsc::channel();
        let (release, released) = mpsc::channel();
        let (done, outcome) = mpsc::channel();
        let caller = desk.clone();
        runtime.spawn(async move {
            let here = task::try_id();
            // At first it may go through the loop.
            while runs_inline() && caller.task().await != Ok(here) {}
            let place = caller.block(Barrier { entered, released }).await;
            assert!(place == Ok(here) || !runs_inline(), "{place:?}");
            done.send(place).unwrap();
        });
        was_entered.recv().unwrap();
        Self { log, desk, runtime, release, outcome }
    }

    /// Lets the other worker do all that it has to do.
    fn turn(&self) {
        for _ in 0..MANY_TURNS {
            self.runtime.block_on(self.runtime.spawn(async {})).unwrap();
        }
    }

    /// Lets the handler return.
    fn release(&self) {
        self.release.send(()).unwrap();
        self.outcome.recv().unwrap().unwrap();
    }
}

#[test]
fn no_handler_runs_inline_beside_another() {
    let blocked = Blocked::new();
    let desk = &blocked.desk;
    let mut meanwhile = pending(desk.note(2));
    desk.note(3).try_cast().unwrap();
    blocked.turn();
    assert!(!meanwhile.is_woken());
    blocked.release();
    until(|| meanwhile.is_woken());
    assert_eq!(outcome(&mut meanwhile), "answered 2");
    assert_eq!(desk.note(4).blocking(), Ok(4));
    assert_eq!(blocked.log.take(), ["released", "note 2", "note 3", "note 4"]);
}

#[test]
fn stats_name_inline_handlers() {
    // Only from then on, handlers that run inline are named.
    let blocked = Blocked::prepared_by(|desk| assert_eq!(desk.stats().running, None));
    let before = blocked.desk.stats();
    assert_eq!(before.running.map(|(method, _)| method), Some("block"));
    blocked.release();
    until(|| blocked.desk.stats().running.is_none());
    assert_eq!(blocked.desk.stats().running, None);
}

#[test]
fn stats_count_inline_handlers() {
    let blocked = Blocked::new();
    blocked.release();
    let handled = || blocked.desk.stats().counts.handled;
    let calls = |desk: DeskHandle| async move {
        for number in 0..10 {
            desk.note(number).await.unwrap();
        }
    };
    for _ in 0..2 {
        let before = handled();
        blocked.runtime.block_on(blocked.runtime.spawn(calls(blocked.desk.clone()))).unwrap();
        // The loop counts a handler after it has answered.
        until(|| handled() == before + 10);
    }
}

/// Checks that the actor ends when the handler has finished, and not before.
fn ends_after_it(end: impl FnOnce(&DeskHandle), reason: &ExitReason) {
    let blocked = Blocked::new();
    let desk = &blocked.desk;
    let mut exited = pending(desk.exited());
    end(desk);
    assert!(matches!(now(desk.note(1)).map_err(CallError::into_kind), Err(CallErrorKind::Closed)));
    blocked.turn();
    assert!(!exited.is_woken());
    assert_eq!(desk.exit_reason(), None);
    blocked.release();
    until(|| exited.is_woken());
    assert_eq!(ready(&mut exited), *reason);
    assert_eq!(blocked.log.take(), ["released", "state dropped"]);
}

#[test]
fn a_shutdown_waits_for_an_inline_handler() {
    ends_after_it(ActorHandle::close, &ExitReason::Shutdown);
}

#[test]
fn an_abort_does_not_interrupt_an_inline_handler() {
    let end = |desk: &DeskHandle| {
        desk.abort();
        // Calls made after the abort may still be accepted, until the loop has seen it.
        desk.close();
    };
    ends_after_it(end, &ExitReason::Aborted);
}

#[test]
fn a_runtime_that_is_shut_down_leaves_the_end_to_an_inline_handler() {
    let Blocked { log, desk, runtime, release, outcome: _outcome } = Blocked::new();
    let mut queued = pending(desk.note(1));
    runtime.shutdown_background();
    if runs_inline() {
        until(|| queued.is_woken());
        assert_eq!(outcome(&mut queued), "the actor stopped before it answered `Desk::note`");
        assert_eq!(desk.exit_reason(), None);
    }
    release.send(()).unwrap();
    until(|| desk.exit_reason().is_some());
    assert_eq!(desk.exit_reason(), Some(ExitReason::Aborted));
    let log = log.take();
    assert_eq!(log[0], "released");
    assert_eq!(log.last().map(String::as_str), Some("state dropped"));
}
