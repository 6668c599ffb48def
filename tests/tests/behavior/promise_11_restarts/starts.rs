//! Factories and `#[on_start]` that fail.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use actor_runtime::{
    ActorHandle, Builder, CallErrorKind, ExitReason, Life, Restarts, Scope, StartError, actor,
};

use super::{MINUTE, Shop, at_once, rig_of};
use crate::support::{Gate, Log, outcome, pending, ready, said, still_pending};

/// What happens at each attempt to start, the first one first; all later ones succeed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Attempt {
    Succeeds,
    FactoryFails,
    FactoryPanics,
    FactoryGivesUp,
    OnStartFails,
    OnStartPanics,
}

use Attempt::{FactoryFails, FactoryGivesUp, FactoryPanics, OnStartFails, OnStartPanics, Succeeds};

#[derive(Clone, Default)]
struct Plan {
    attempts: Arc<Mutex<VecDeque<Attempt>>>,
    log: Log,
}

impl Plan {
    fn new(attempts: impl Into<VecDeque<Attempt>>) -> Self {
        Self { attempts: Arc::new(Mutex::new(attempts.into())), log: Log::default() }
    }

    fn session(&self, life: &Life<SessionHandle>) -> Result<Session, &'static str> {
        let reason = life.reason().map_or("none".to_owned(), ToString::to_string);
        self.log.add(format!("{}: {reason}", life.number()));
        let attempt = self.attempts.lock().unwrap().pop_front().unwrap_or(Succeeds);
        match attempt {
            FactoryFails => Err("no server"),
            FactoryPanics => panic!("in the factory"),
            FactoryGivesUp => {
                life.give_up();
                Err("no account")
            }
            Succeeds | OnStartFails | OnStartPanics => Ok(Session { attempt, life: life.number() }),
        }
    }
}

struct Session {
    attempt: Attempt,
    life: u64,
}

#[actor]
impl Session {
    #[on_start]
    async fn log_in(&mut self) -> Result<(), &'static str> {
        match self.attempt {
            OnStartFails => Err("wrong password"),
            OnStartPanics => panic!("in on_start"),
            _ => Ok(()),
        }
    }

    /// Returns the number of the life.
    pub(crate) fn life(&self) -> u64 {
        self.life
    }

    /// Panics.
    pub(crate) fn fail(&mut self) {
        panic!("broken");
    }
}

async fn start(plan: &Plan, most: usize) -> Result<SessionHandle, StartError<&'static str>> {
    let plan = plan.clone();
    let builder = Builder::new().restart(Restarts::at_once(most, MINUTE));
    let factory = move |life: Life<SessionHandle>| {
        let plan = plan.clone();
        async move {
            tokio::task::yield_now().await;
            plan.session(&life)
        }
    };
    builder.start_with(factory).await
}

#[tokio::test]
async fn a_failure_to_start_in_a_later_life_counts_as_one_more_restart() {
    let plan = Plan::new([Succeeds, FactoryFails, FactoryPanics, OnStartFails, OnStartPanics]);
    let session = start(&plan, 5).await.unwrap();
    let restarted = session.restarted();
    assert!(session.fail().await.is_err());
    assert_eq!(session.life().await, Ok(5), "the call waits");
    assert_eq!(
        restarted.await.unwrap().number,
        5,
        "attempts that fail are no restarts to wait for"
    );
    assert_eq!(session.stats().restarts.times, 5);
    let expected = [
        "0: none",
        "1: `Session::fail` panicked: broken",
        "2: failed to start",
        "3: `Session::make` panicked: in the factory",
        "4: failed to start",
        "5: `Session::on_start` panicked: in on_start",
    ];
    assert_eq!(plan.log.take(), expected);
    // None is left.
    assert!(session.fail().await.is_err());
    let reason = session.exited().await;
    assert_eq!(reason.to_string(), "`Session::fail` panicked: broken");
}

#[tokio::test]
async fn failures_to_start_use_up_the_restarts() {
    let plan = Plan::new([Succeeds, FactoryFails, OnStartFails, FactoryFails]);
    let session = start(&plan, 2).await.unwrap();
    session.fail().try_cast().unwrap();
    let mut queued = pending(session.life());
    assert_eq!(session.exited().await, ExitReason::StartFailed);
    assert_eq!(outcome(&mut queued), "the actor stopped before it answered `Session::life`");
    assert_eq!(session.stats().restarts.times, 2);
}

#[tokio::test]
async fn an_actor_that_has_never_started_is_not_restarted() {
    for first in [FactoryFails, FactoryPanics, OnStartFails, OnStartPanics] {
        let plan = Plan::new([first]);
        let error = start(&plan, 5).await.unwrap_err();
        match first {
            FactoryFails => assert!(matches!(error, StartError::Failed("no server")), "{error}"),
            OnStartFails => {
                assert!(matches!(error, StartError::Failed("wrong password")), "{error}");
            }
            _ => assert!(matches!(error, StartError::Panicked(_)), "{error}"),
        }
        assert_eq!(plan.log.take(), ["0: none"]);
    }
}

#[tokio::test]
async fn a_factory_may_give_up() {
    let plan = Plan::new([Succeeds, FactoryFails, FactoryGivesUp]);
    let session = start(&plan, 5).await.unwrap();
    assert!(session.fail().await.is_err());
    assert_eq!(session.exited().await, ExitReason::StartFailed);
    assert_eq!(session.stats().restarts.times, 2);
    assert_eq!(plan.log.len(), 3);
}

#[test]
fn giving_up_holds_for_one_attempt_and_for_its_on_start() {
    let plan = Plan::new([Succeeds, Succeeds, OnStartPanics]);
    let makes = plan.clone();
    let (session, mut actor) = rig_of(at_once(), move |life| {
        life.give_up();
        makes.session(life).unwrap()
    });
    let mut fail = pending(session.fail());
    let mut life = pending(session.life());
    actor.turn();
    assert!(ready(&mut fail).is_err());
    assert_eq!(outcome(&mut life), "answered 1");
    session.fail().try_cast().unwrap();
    assert_eq!(actor.reason(), "`Session::on_start` panicked: in on_start");
}

#[test]
fn the_exit_has_the_error_of_the_last_attempt() {
    let plan = Plan::new([Succeeds, OnStartFails]);
    let makes = plan.clone();
    let once = Builder::new().restart(Restarts::at_once(1, MINUTE));
    let (session, mut actor) = rig_of(once, move |life| makes.session(life).unwrap());
    session.fail().try_cast().unwrap();
    let exit = actor.exit();
    assert_eq!((exit.reason, exit.start_error), (ExitReason::StartFailed, Some("wrong password")));
}

#[test]
fn the_first_call_of_a_factory_panics_at_its_caller() {
    let plan = Plan::new([FactoryPanics]);
    let weak = Arc::new(Mutex::new(None));
    let seen = weak.clone();
    let made = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        rig_of(at_once(), move |life| {
            *seen.lock().unwrap() = life.handle().upgrade();
            plan.session(life).unwrap()
        })
    }));
    assert!(made.is_err());
    let session = weak.lock().unwrap().take().unwrap();
    assert_eq!(session.exit_reason(), Some(ExitReason::Aborted));
}

#[test]
fn a_panic_in_the_factory_of_a_later_life_is_tried_again() {
    let shop = Shop::default();
    let makes = shop.clone();
    let (worker, mut actor) = rig_of(at_once(), move |life| makes.worker(life));
    shop.script.panic_in("make");
    let mut fail = pending(worker.fail());
    let mut note = pending(worker.note(1));
    actor.turn();
    assert!(ready(&mut fail).is_err());
    assert_eq!(outcome(&mut note), "answered 2");
    assert_eq!(shop.log.take(), ["made 0", "dropped", "made 1", "made 2", "note 1 in 2"]);
}

/// A factory that waits for `gate` in the lives from `from` on.
fn waiting(
    gate: &Gate,
    from: u64,
) -> impl FnMut(
    Life<SessionHandle>,
) -> futures::future::BoxFuture<'static, Result<Session, &'static str>>
+ use<> {
    let gate = gate.clone();
    move |life| {
        let gate = gate.clone();
        Box::pin(async move {
            if life.number() >= from {
                gate.passed().await;
            }
            Ok(Session { attempt: Succeeds, life: life.number() })
        })
    }
}

#[tokio::test]
async fn an_abort_ends_a_factory_that_waits() {
    let gate = Gate::default();
    let session = at_once().start_with(waiting(&gate, 1)).await.unwrap();
    assert!(session.fail().await.is_err());
    let mut queued = pending(session.life());
    session.abort();
    assert_eq!(session.exited().await, ExitReason::Aborted);
    assert_eq!(outcome(&mut queued), "the actor stopped before it answered `Session::life`");
}

#[tokio::test]
async fn an_abort_ends_the_first_start() {
    let (gate, scope) = (Gate::default(), Scope::new());
    let starting = pending(scope.start_restarting(Restarts::new(1, MINUTE), waiting(&gate, 0)));
    tokio::task::yield_now().await;
    scope.abort();
    assert!(matches!(starting.await, Err(StartError::Aborted)));
    assert!(scope.is_empty());
}

#[tokio::test]
async fn a_shutdown_waits_for_the_first_start() {
    let (gate, scope) = (Gate::default(), Scope::new());
    let mut starting = pending(scope.start_restarting(Restarts::new(1, MINUTE), waiting(&gate, 0)));
    let mut shutdown = pending(scope.shutdown());
    tokio::task::yield_now().await;
    still_pending(&mut shutdown);
    gate.open();
    let ended = shutdown.await;
    assert_eq!(ended[0].reason, Some(ExitReason::Shutdown));
    assert!(starting.poll().is_ready());
}

#[test]
fn a_runtime_that_is_dropped_ends_the_first_start() {
    let gate = Gate::default();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let builder = Builder::new().on(runtime.handle().clone());
    let restarts = builder.restart(Restarts::new(1, MINUTE));
    let mut starting = pending(restarts.start_with(waiting(&gate, 0)));
    runtime.block_on(tokio::task::yield_now());
    drop(runtime);
    assert!(matches!(ready(&mut starting), Err(StartError::Aborted)));
}

#[tokio::test]
async fn a_factory_cannot_wait_for_its_own_actor() {
    let at_first = at_once().start_with(|life: Life<SessionHandle>| async move {
        let me = life.handle().upgrade().unwrap();
        let error = me.life().await.unwrap_err();
        assert!(matches!(error.kind(), CallErrorKind::WouldDeadlock { .. }), "{error}");
        Ok(Session { attempt: Succeeds, life: life.number() })
    });
    let session = at_first.await.unwrap();
    assert!(session.fail().await.is_err());
    assert_eq!(said(session.life().await), "answered 1");
}
