//! An actor is a member of its scope from the moment it is being started.

use actor_runtime::{ActorHandle, ExitReason, Scope, StartError, actor};

use crate::support::{AN_HOUR, Gate, Log, pending, ready, still_pending};

/// Takes long to start.
struct Slow {
    gate: Gate,
    log: Log,
}

#[actor]
impl Slow {
    fn new(log: &Log) -> (Self, Gate) {
        let gate = Gate::default();
        (Self { gate: gate.clone(), log: log.clone() }, gate)
    }

    #[on_start]
    async fn start_slowly(&mut self) -> Result<(), &'static str> {
        self.log.add("starting");
        self.gate.passed().await;
        self.log.add("started");
        Ok(())
    }

    #[on_stop]
    fn stop(&mut self) {
        self.log.add("stopped");
    }

    /// Does nothing.
    pub(crate) fn nothing(&self) {}
}

/// Stops when its gate opens.
struct Stopping(Gate);

#[actor]
impl Stopping {
    #[on_stop]
    async fn stop_slowly(&mut self) {
        self.0.passed().await;
    }

    /// Does nothing.
    pub(crate) fn nothing(&self) {}
}

fn in_order(ended: &[actor_runtime::MemberExit]) -> bool {
    ended.iter().all(|ended| ended.reason == Some(ExitReason::Shutdown))
}

#[tokio::test]
async fn a_shutdown_waits_for_an_actor_that_is_starting() {
    let (scope, log) = (Scope::new(), Log::default());
    let (slow, gate) = Slow::new(&log);
    let mut starting = pending(scope.start(slow));
    let other = scope.clone();
    let mut shutdown = pending(other.shutdown());
    tokio::task::yield_now().await;
    assert_eq!(log.take(), ["starting"]);
    still_pending(&mut shutdown);
    gate.open();
    tokio::task::yield_now().await;
    assert!(in_order(&ready(&mut shutdown)));
    assert_eq!(log.take(), ["started", "stopped"]);
    let slow = ready(&mut starting).unwrap();
    assert_eq!(slow.exit_reason(), Some(ExitReason::Shutdown));
}

#[tokio::test]
async fn an_actor_is_a_member_before_it_runs() {
    let (scope, log) = (Scope::new(), Log::default());
    let starting = pending(scope.start(Slow::new(&log).0));
    assert_eq!((scope.len(), log.len()), (1, 0));
    drop(starting);
}

#[tokio::test]
async fn a_shutdown_waits_for_an_actor_whose_start_was_dropped() {
    let (scope, log) = (Scope::new(), Log::default());
    let (slow, gate) = Slow::new(&log);
    drop(pending(scope.start(slow)));
    let mut shutdown = pending(scope.shutdown());
    tokio::task::yield_now().await;
    still_pending(&mut shutdown);
    gate.open();
    let ended = shutdown.await;
    assert_eq!(ended.len(), 1);
    assert_eq!(log.take(), ["starting", "started", "stopped"]);
}

#[tokio::test(start_paused = true)]
async fn an_actor_that_is_still_starting_at_the_deadline_is_aborted() {
    let (scope, log) = (Scope::with_deadline(AN_HOUR), Log::default());
    let (slow, _gate) = Slow::new(&log);
    let mut starting = pending(scope.start(slow));
    let ended = scope.shutdown().await;
    assert_eq!(ended[0].reason, Some(ExitReason::Aborted));
    assert!(matches!(ready(&mut starting), Err(StartError::Aborted)));
    assert_eq!(log.take(), ["starting"]);
}

#[tokio::test]
async fn actors_that_join_during_a_shutdown_end_before_it_returns() {
    let (scope, log) = (Scope::new(), Log::default());
    let nested = scope.child();
    let gate = Gate::default();
    let _stopping = scope.spawn(Stopping(gate.clone()));
    let mut shutdown = pending(scope.shutdown());

    let (slow, slow_gate) = Slow::new(&log);
    let mut starting = pending(scope.start(slow));
    let spawned = scope.spawn(Stopping(gate.clone()));
    let added = actor_runtime::spawn(Stopping(gate.clone()));
    scope.add(&added);
    let (inner, inner_gate) = Slow::new(&log);
    let mut inner_starting = pending(nested.start(inner));
    let late = scope.child().spawn(Stopping(gate.clone()));
    assert!(spawned.is_closed() && added.is_closed() && late.is_closed());

    let gates = [slow_gate, inner_gate, gate.clone(), gate.clone(), gate];
    for gate in gates {
        for _ in 0..8 {
            tokio::task::yield_now().await;
        }
        still_pending(&mut shutdown);
        gate.open();
    }
    let ended = shutdown.await;
    // The scope of `late` was dropped, which aborted it.
    assert_eq!(ended.len(), 5);
    assert!(in_order(&ended));
    assert!(scope.is_empty());
    for starting in [ready(&mut starting), ready(&mut inner_starting)] {
        assert_eq!(starting.unwrap().exit_reason(), Some(ExitReason::Shutdown));
    }
}

#[tokio::test]
async fn a_start_that_fails_is_not_reported() {
    struct Fails;
    #[actor]
    impl Fails {
        #[on_start]
        fn fail(&mut self) -> Result<(), &'static str> {
            Err("not today")
        }

        /// Does nothing.
        pub(crate) fn nothing(&self) {}
    }
    let scope = Scope::new();
    assert!(matches!(scope.start(Fails).await, Err(StartError::Failed("not today"))));
    assert_eq!(scope.shutdown().await, []);
}

#[tokio::test]
async fn an_actor_that_is_started_in_an_aborted_scope_is_aborted() {
    let (scope, log) = (Scope::new(), Log::default());
    scope.abort();
    let (slow, gate) = Slow::new(&log);
    gate.open();
    assert!(matches!(scope.start(slow).await, Err(StartError::Aborted)));
    let stopping = scope.spawn(Stopping(gate));
    assert_eq!(stopping.exited().await, ExitReason::Aborted);
    assert_eq!(log.take(), [""; 0]);
}

#[test]
#[should_panic(expected = "there is no reactor running")]
fn an_actor_cannot_be_spawned_without_a_runtime() {
    let _ended = Scope::new().spawn(Stopping(Gate::default()));
}
