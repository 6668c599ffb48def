//! Promise 7: `shutdown` handles all messages that were accepted; every later call fails. Nothing
//! of an actor runs after its exit was reported.

use std::sync::{Arc, OnceLock};

use actor_runtime::{
    ActorHandle, Builder, CallError, CallErrorKind, Context, ExitReason, SendError, TrySendError,
    actor,
};

use crate::support::{
    Gate, Log, LogsDrop, Probe, now, outcome, pending, ready, rig, still_pending,
};

#[test]
fn accepted_messages_are_handled() {
    let (log, gate) = (Log::default(), Gate::default());
    let (probe, mut actor) = rig(Probe::new(&log));
    let mut running = pending(probe.wait(gate.clone()));
    actor.turn();
    let mut called = pending(probe.note(1));
    probe.note(2).try_cast().unwrap();
    let mut shutdown = pending(probe.shutdown());
    actor.turn();
    still_pending(&mut shutdown);
    gate.open();
    assert_eq!(actor.reason(), "shut down");
    assert_eq!(ready(&mut shutdown), ExitReason::Shutdown);
    assert_eq!(log.take(), ["wait", "waited", "note 1", "note 2"]);
    assert_eq!(outcome(&mut running), "answered 0");
    assert_eq!(outcome(&mut called), "answered 1");
}

#[test]
fn no_message_is_accepted_once_shutdown_begins() {
    let (log, gate) = (Log::default(), Gate::default());
    let (probe, mut actor) = rig(Probe::new(&log));
    probe.wait(gate.clone()).try_cast().unwrap();
    actor.turn();
    let _shutdown = pending(probe.shutdown());
    assert!(probe.is_closed());
    assert!(matches!(now(probe.note(1)).map_err(CallError::into_kind), Err(CallErrorKind::Closed)));
    assert!(matches!(now(probe.note(1).cast()), Err(SendError::Closed(_))));
    assert!(matches!(probe.note(1).try_cast(), Err(TrySendError::Closed(_))));
    assert!(matches!(probe.note(1).try_call(), Err(TrySendError::Closed(_))));
    // `cast_now` is accepted until the actor has handled its last message.
    probe.note(2).cast_now().unwrap();
    gate.open();
    actor.exit();
    assert_eq!(log.take(), ["wait", "waited", "note 2"]);
    assert!(matches!(probe.note(1).cast_now(), Err(SendError::Closed(_))));
}

#[test]
fn a_shutdown_begins_when_it_is_polled() {
    let (probe, _actor) = rig(Probe::new(&Log::default()));
    drop(probe.shutdown());
    assert!(!probe.is_closed());
}

/// Logs everything that happens to it.
struct Chatty {
    log: Log,
    on_stop: Gate,
    _state: LogsDrop,
}

#[actor]
impl Chatty {
    fn new(log: &Log, on_stop: &Gate) -> Self {
        Self { log: log.clone(), on_stop: on_stop.clone(), _state: log.on_drop("state dropped") }
    }

    /// Adopts a child that is slow to stop.
    pub(crate) fn adopt(&self, child: ChattyHandle, context: &Context<Self>) {
        context.children().add(&child);
    }

    /// Holds a value across an await.
    pub(crate) async fn hold(&self, gate: Gate) {
        let _held = self.log.on_drop("local dropped");
        gate.passed().await;
    }

    #[on_stop]
    async fn on_stop(&mut self) {
        self.log.add("stopping");
        self.on_stop.passed().await;
        self.log.add("stopped");
    }
}

#[tokio::test]
async fn the_exit_is_reported_last() {
    let (log, gate) = (Log::default(), Gate::default());
    let (child_log, child_gate) = (Log::default(), Gate::default());
    let child = actor_runtime::spawn(Chatty::new(&child_log, &child_gate));
    let chatty = actor_runtime::spawn(Chatty::new(&log, &gate));
    chatty.adopt(child.clone()).await.unwrap();

    let mut exited = pending(chatty.exited());
    chatty.close();
    tokio::task::yield_now().await;
    assert_eq!(log.take(), ["stopping"]);
    still_pending(&mut exited);
    assert!(!child.is_closed(), "the actor itself is stopped first");

    gate.open();
    tokio::task::yield_now().await;
    assert_eq!(log.take(), ["stopped"]);
    assert!(child.is_closed());
    still_pending(&mut exited);

    child_gate.open();
    assert_eq!(exited.await, ExitReason::Shutdown);
    assert_eq!(child.exit_reason(), Some(ExitReason::Shutdown));
    assert_eq!(child_log.take(), ["stopping", "stopped", "state dropped"]);
    assert_eq!(log.take(), ["state dropped"]);
}

#[test]
fn an_abort_drops_the_running_handler_before_the_exit_is_reported() {
    let (log, gate) = (Log::default(), Gate::default());
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let options = Builder::new().on(runtime.handle().clone());
    let chatty = options.spawn(Chatty::new(&log, &gate));
    chatty.hold(gate.clone()).try_cast().unwrap();
    runtime.block_on(tokio::task::yield_now());
    chatty.abort();
    assert_eq!(runtime.block_on(chatty.exited()), ExitReason::Aborted);
    assert_eq!(log.take(), ["local dropped", "state dropped"]);
    gate.open();
    runtime.block_on(tokio::task::yield_now());
    assert_eq!(log.take(), [""; 0]);
}

/// Logs, when it is dropped, whether its exit was already reported.
struct Witness {
    own: Arc<OnceLock<WitnessHandle>>,
    log: Log,
}

#[actor]
impl Witness {
    /// Panics.
    pub(crate) fn fail(&self) {
        panic!("on purpose");
    }

    /// Is the final handler.
    pub(crate) fn finish(self) {}
}

impl Drop for Witness {
    fn drop(&mut self) {
        let reported = self.own.get().and_then(ActorHandle::exit_reason);
        self.log.add(format!("dropped, {reported:?} reported"));
    }
}

#[test]
fn the_state_is_dropped_before_the_exit_is_reported() {
    let roads: [fn(&WitnessHandle); 5] = [
        ActorHandle::close,
        ActorHandle::abort,
        |witness| witness.fail().try_cast().unwrap(),
        |witness| witness.finish().try_cast().unwrap(),
        |_| {},
    ];
    for road in roads {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let (own, log) = (Arc::default(), Log::default());
        let witness = Witness { own: Arc::clone(&own), log: log.clone() };
        let witness = Builder::new().on(runtime.handle().clone()).spawn(witness);
        own.set(witness.clone()).unwrap();
        road(&witness);
        runtime.block_on(tokio::task::yield_now());
        // The last way to end is this one.
        drop(runtime);
        assert_eq!(log.take(), ["dropped, None reported"]);
        assert!(witness.exit_reason().is_some());
    }
}

#[tokio::test]
async fn every_way_to_wait_for_the_exit_gives_the_same_reason() {
    let probe = actor_runtime::spawn(Probe::new(&Log::default()));
    let waiters: Vec<_> = (0..3).map(|_| tokio::spawn(probe.exited())).collect();
    assert_eq!(probe.shutdown().await, ExitReason::Shutdown);
    assert_eq!(probe.shutdown().await, ExitReason::Shutdown);
    assert_eq!(probe.exited().await, ExitReason::Shutdown);
    assert_eq!(probe.exit_reason(), Some(ExitReason::Shutdown));
    for waiter in waiters {
        assert_eq!(waiter.await.unwrap(), ExitReason::Shutdown);
    }
    assert!(matches!(
        probe.note(1).await.map_err(CallError::into_kind),
        Err(CallErrorKind::Closed)
    ));
}
