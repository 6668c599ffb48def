//! Starting actors that may fail, on a task, on a thread and by hand.

use std::fmt;

use actor_runtime::{ActorHandle, Builder, Context, ExitReason, StartError, actor};

use crate::support::{Gate, Log, LogsDrop, pending, ready, rig, said};

/// Why the engine does not start.
#[derive(Debug, PartialEq)]
struct NoFuel(u8);

impl fmt::Display for NoFuel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no fuel in tank {}", self.0)
    }
}

/// What the engine does when it is started.
#[derive(Clone, Copy)]
enum Plan {
    Start,
    Fail,
    Panic,
    Wait,
}

/// May fail to start.
struct Engine {
    plan: Plan,
    log: Log,
    gate: Gate,
    _state: LogsDrop,
}

#[actor]
impl Engine {
    fn new(plan: Plan, log: &Log) -> Self {
        let _state = log.on_drop("state dropped");
        Self { plan, log: log.clone(), gate: Gate::default(), _state }
    }

    #[on_start]
    async fn ignite(&mut self, _context: &Context<Self>) -> Result<(), NoFuel> {
        match self.plan {
            Plan::Start => self.log.add("started"),
            Plan::Fail => return Err(NoFuel(3)),
            Plan::Panic => panic!("explosion"),
            Plan::Wait => self.gate.passed().await,
        }
        Ok(())
    }

    #[on_stop]
    fn cool_down(&mut self) {
        self.log.add("stopped");
    }

    /// Runs.
    pub(crate) fn run(&self) -> u32 {
        1
    }
}

#[tokio::test]
async fn start_returns_the_handle_once_the_actor_has_started() {
    let log = Log::default();
    let mut starting = pending(actor_runtime::start(Engine::new(Plan::Start, &log)));
    assert_eq!(log.take(), [""; 0]);
    tokio::task::yield_now().await;
    let engine = ready(&mut starting).unwrap();
    assert_eq!(log.take(), ["started"]);
    assert_eq!(engine.run().await, Ok(1));
    engine.shutdown().await;
    assert_eq!(log.take(), ["stopped", "state dropped"]);
}

#[tokio::test]
async fn start_returns_the_error_once_the_state_is_dropped() {
    let log = Log::default();
    let error = actor_runtime::start(Engine::new(Plan::Fail, &log)).await.unwrap_err();
    assert!(matches!(&error, StartError::Failed(NoFuel(3))));
    assert_eq!(error.to_string(), "the actor failed to start: no fuel in tank 3");
    assert_eq!(log.take(), ["state dropped"], "what did not start is not stopped");
}

#[tokio::test]
async fn start_returns_a_panic_as_an_error() {
    let log = Log::default();
    let error = actor_runtime::start(Engine::new(Plan::Panic, &log)).await.unwrap_err();
    assert_eq!(error.to_string(), "the actor panicked while it started: explosion");
    assert_eq!(log.take(), ["state dropped"]);
}

#[test]
fn dropping_the_runtime_aborts_the_start() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let options = Builder::new().on(runtime.handle().clone());
    let mut starting = pending(options.start(Engine::new(Plan::Wait, &Log::default())));
    runtime.block_on(tokio::task::yield_now());
    drop(runtime);
    assert!(matches!(ready(&mut starting), Err(StartError::Aborted)));
}

#[test]
fn a_failed_start_by_hand_returns_the_actor_and_the_error() {
    let log = Log::default();
    let (engine, mut actor) = rig(Engine::new(Plan::Fail, &log));
    let mut call = pending(engine.run());
    let exit = actor.exit();
    assert_eq!(exit.reason, ExitReason::StartFailed);
    assert_eq!(exit.start_error, Some(NoFuel(3)));
    assert!(exit.actor.is_some(), "it is as it was");
    let told = said(ready(&mut call));
    assert_eq!(told, "the actor stopped before it answered `Engine::run`");
    assert_eq!(log.take(), [""; 0]);
}

#[test]
fn a_panicked_start_by_hand_returns_no_actor() {
    let log = Log::default();
    let (_engine, mut actor) = rig(Engine::new(Plan::Panic, &log));
    let exit = actor.exit();
    assert_eq!(exit.reason.to_string(), "`Engine::on_start` panicked: explosion");
    assert!(exit.actor.is_none() && exit.start_error.is_none());
    assert_eq!(log.take(), ["state dropped"]);
}

#[test]
fn start_thread_returns_the_handle_once_the_actor_has_started() {
    let log = Log::default();
    let make = {
        let log = log.clone();
        move || Ok(Engine::new(Plan::Start, &log))
    };
    let engine = Builder::new().start_thread(make).blocking().unwrap();
    assert_eq!(log.take(), ["started"]);
    assert_eq!(engine.run().blocking(), Ok(1));
}

#[test]
fn start_thread_returns_every_failure() {
    let log = Log::default();
    let make = |plan| {
        let log = log.clone();
        move || Ok(Engine::new(plan, &log))
    };
    let failed = Builder::new().start_thread(make(Plan::Fail)).blocking().unwrap_err();
    assert_eq!(failed.to_string(), "the actor failed to start: no fuel in tank 3");
    let panicked = Builder::new().start_thread(make(Plan::Panic)).blocking().unwrap_err();
    assert_eq!(panicked.to_string(), "the actor panicked while it started: explosion");
    assert_eq!(log.take(), ["state dropped", "state dropped"]);

    let not_made = Builder::new().start_thread::<Engine>(|| Err(NoFuel(9))).blocking();
    assert!(matches!(not_made, Err(StartError::Failed(NoFuel(9)))));
    let blown_up = Builder::new().start_thread::<Engine>(|| panic!("in the works")).blocking();
    let blown_up = blown_up.unwrap_err();
    assert_eq!(blown_up.to_string(), "the actor panicked while it started: in the works");
}

#[test]
fn start_thread_reports_a_missing_thread() {
    // No system has an address space for a stack of this size.
    let starting = Builder::new()
        .stack_size(usize::MAX / 4)
        .start_thread(|| Ok(Engine::new(Plan::Start, &Log::default())));
    assert!(matches!(starting.blocking(), Err(StartError::NoThread(_))));
}

#[tokio::test]
async fn a_call_made_during_the_start_waits() {
    let log = Log::default();
    let engine = Engine::new(Plan::Wait, &log);
    let gate = engine.gate.clone();
    let (engine, mut actor) = rig(engine);
    let mut call = pending(engine.run());
    actor.turn();
    assert!(!call.is_woken());
    gate.open();
    actor.turn();
    assert_eq!(ready(&mut call), Ok(1));
}
