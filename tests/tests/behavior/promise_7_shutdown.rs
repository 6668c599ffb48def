//! Promise 7: `shutdown` handles all messages that were accepted; every later call fails. Nothing
//! of an actor runs after its exit was reported.

use std::sync::{Arc, OnceLock};

use actor_runtime::{
    ActorHandle, Builder, CallError, CallErrorKind, Context, ExitReason, SendError, TrySendError,
    actor,
};

use crate::support::{
    Gate, Log, LogsDrop, Probe, ProbeHandle, now, outcome, pending, ready, rig, still_pending,
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

/// Sends itself its next message, in every way that does not wait.
struct Perpetual {
    rounds: u32,
    refused: u32,
    on_idle: bool,
}

#[actor]
impl Perpetual {
    /// Sends itself the same message.
    pub(crate) fn again(&mut self, context: &Context<Self>) {
        self.rounds += 1;
        let this = context.handle().upgrade().unwrap();
        self.refused += u32::from(this.again().cast_now().is_err());
    }

    /// Sends itself the same message after a wait.
    pub(crate) async fn later(&mut self, context: &Context<Self>) {
        self.rounds += 1;
        tokio::task::yield_now().await;
        let this = context.handle().upgrade().unwrap();
        self.refused += u32::from(this.later().cast_now().is_err());
    }

    /// Sends itself the same message when it is dropped.
    pub(crate) fn pay_in_a_drop(&mut self, context: &Context<Self>) {
        struct OnDrop(PerpetualHandle);
        impl Drop for OnDrop {
            fn drop(&mut self) {
                let _ = self.0.pay_in_a_drop().cast_now();
            }
        }
        self.rounds += 1;
        drop(OnDrop(context.handle().upgrade().unwrap()));
    }

    /// Sends through the lease that it came by, or in the mailbox.
    pub(crate) fn through(&mut self, to: PerpetualHandle) {
        self.rounds += 1;
        let _ = to.clone().through(to).cast_now();
    }

    /// Does nothing.
    pub(crate) fn nothing(&mut self) {
        self.on_idle = true;
    }

    #[on_idle]
    fn on_idle(&mut self, context: &Context<Self>) {
        if self.on_idle {
            self.rounds += 1;
            let this = context.handle().upgrade().unwrap();
            self.refused += u32::from(this.nothing().cast_now().is_err());
        }
    }
}

fn perpetual() -> Perpetual {
    Perpetual { rounds: 0, refused: 0, on_idle: false }
}

#[test]
fn an_actor_that_sends_itself_its_next_message_ends() {
    type Start = fn(&PerpetualHandle) -> Result<(), SendError<PerpetualMessage>>;
    let starts: [Start; 5] = [
        |it| it.again().cast_now(),
        |it| it.later().cast_now(),
        |it| it.pay_in_a_drop().cast_now(),
        |it| it.through(it.clone()).cast_now(),
        |it| it.nothing().cast_now(),
    ];
    for (at, start) in starts.into_iter().enumerate() {
        let (handle, mut actor) = rig(perpetual());
        start(&handle).unwrap();
        let mut rounds = 0;
        // The first rounds are accepted; the mailbox closes in the middle of them.
        actor.turn_with(&mut || {
            rounds += 1;
            assert!(rounds < 1_000, "start {at} goes on after it was closed");
            if rounds == 3 {
                handle.close();
            }
        });
        let actor = actor.exit().actor.expect("it ended in order");
        assert!(actor.rounds > 1, "start {at} was refused before the mailbox was closed");
    }
}

#[test]
fn a_lease_whose_handlers_send_themselves_their_next_message_ends() {
    let (handle, mut actor) = rig(perpetual());
    let mut lease = pending(handle.lease());
    actor.turn();
    let lease = ready(&mut lease).unwrap();
    lease.through(PerpetualHandle::clone(&lease)).cast_now().unwrap();
    let mut rounds = 0;
    let mut lease = Some(lease);
    let mut after = pending(handle.nothing());
    actor.turn_with(&mut || {
        rounds += 1;
        assert!(rounds < 1_000, "the lease goes on after it was dropped");
        lease = None;
        handle.close();
    });
    assert_eq!(outcome(&mut after), "answered ()");
}

#[tokio::test]
async fn others_may_cast_now_while_an_actor_drains() {
    let (log, gate) = (Log::default(), Gate::default());
    let (probe, mut actor) = rig(Probe::new(&log));
    probe.wait(gate.clone()).try_cast().unwrap();
    actor.turn();
    probe.close();
    // A test, a task and a handler of another actor.
    probe.note(1).cast_now().unwrap();
    let other = probe.clone();
    tokio::spawn(async move { other.note(2).cast_now().unwrap() }).await.unwrap();
    let (sender, mut sends) = rig(Sender(probe.clone()));
    sender.send(3).try_cast().unwrap();
    sends.turn();
    gate.open();
    actor.exit();
    assert_eq!(log.take(), ["wait", "waited", "note 1", "note 2", "note 3"]);
}

/// Sends to another actor.
struct Sender(ProbeHandle);

#[actor]
impl Sender {
    /// Sends a note.
    pub(crate) fn send(&self, note: u64) {
        self.0.note(note).cast_now().unwrap();
    }
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
