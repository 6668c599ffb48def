//! Messages that the loop has taken from the mailbox together: until its handler begins, each is in the mailbox.

use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context as TaskContext, Wake, Waker},
};

use actor_runtime::{ActorHandle, Builder, Capacity, Context, TrySendError, actor};

use crate::support::{Gate, Log, Rig, outcome, pending, ready, rig_with};

/// Looks at its own mailbox.
struct Looker(Log);

#[actor]
impl Looker {
    /// Notes the statistics.
    pub(crate) fn look(&self, context: &Context<Self>) {
        let stats = context.handle().upgrade().unwrap().stats();
        let name = stats.running.map_or("nothing", |(name, _)| name);
        self.0.add(format!("{name}, {} queued, {} begun", stats.queued, stats.counts.handled));
    }

    /// As `look`, in an `async fn` that does not wait.
    pub(crate) async fn look_ahead(&self, context: &Context<Self>) {
        self.look(context);
    }

    /// Fills its own mailbox, and notes how many messages there was room for.
    pub(crate) fn fill(&self, context: &Context<Self>) {
        let own = context.handle().upgrade().unwrap();
        let sent = (0..100).take_while(|_| own.rest().try_cast().is_ok()).count();
        assert!(matches!(own.rest().try_cast(), Err(TrySendError::Full(_))));
        self.0.add(format!("room for {sent}"));
    }

    /// As `look`, if it has to.
    pub(crate) fn look_if(&self, has_to: bool, context: &Context<Self>) {
        if has_to {
            self.look(context);
        }
    }

    /// Does nothing.
    pub(crate) fn rest(&self) {}

    /// Waits for the gate.
    pub(crate) async fn wait(&self, gate: Gate) {
        gate.passed().await;
    }

    /// Waits for the gate, and ends the actor.
    pub(crate) async fn end(self, gate: Gate) {
        gate.passed().await;
    }

    /// Drops `carried`.
    pub(crate) fn carry(&self, carried: Witness) {
        drop(carried);
    }
}

fn looker(capacity: usize) -> (LookerHandle, Rig<Looker>, Log) {
    let log = Log::default();
    let options = Builder::new().mailbox(Capacity::bounded(capacity));
    let (looker, actor) = rig_with(options, Looker(log.clone()));
    (looker, actor, log)
}

#[test]
fn stats_name_each_handler_and_count_the_messages_behind_it() {
    for is_leased in [false, true] {
        let (looker, mut actor, log) = looker(8);
        let mut lease = is_leased.then(|| pending(looker.lease()));
        actor.turn();
        let lease = lease.as_mut().map(|lease| ready(lease).unwrap());
        let to = lease.as_deref().unwrap_or(&looker);
        to.rest().try_cast().unwrap();
        to.look().try_cast().unwrap();
        to.look_ahead().try_cast().unwrap();
        to.rest().try_cast().unwrap();
        to.look().try_cast().unwrap();
        actor.turn();
        let expected =
            ["look, 3 queued, 2 begun", "look_ahead, 2 queued, 3 begun", "look, 0 queued, 5 begun"];
        if is_leased {
            let stats = looker.stats();
            assert_eq!((stats.queued, stats.counts.handled), (0, 5));
            let begun: Vec<_> =
                log.take().iter().map(|line| line.split(',').next().unwrap().to_owned()).collect();
            assert_eq!(begun, ["look", "look_ahead", "look"]);
        } else {
            assert_eq!(log.take(), expected);
        }
        assert_eq!(looker.stats().running, None);
    }
}

#[test]
fn stats_name_handlers_during_a_lease_and_after_it() {
    for is_leased in [true, false] {
        let (looker, mut actor, log) = looker(8);
        looker.rest().try_cast().unwrap();
        looker.rest().try_cast().unwrap();
        looker.look_if(false).try_cast().unwrap();
        let mut lease = pending(looker.lease());
        actor.turn();
        let lease = ready(&mut lease).unwrap();
        lease.rest().try_cast().unwrap();
        lease.look_if(false).try_cast().unwrap();
        lease.rest().try_cast().unwrap();
        lease.look_if(is_leased).try_cast().unwrap();
        actor.turn();
        drop(lease);
        looker.rest().try_cast().unwrap();
        looker.rest().try_cast().unwrap();
        looker.look_if(!is_leased).try_cast().unwrap();
        actor.turn();
        let looked: Vec<_> = log.take().into_iter().map(|line| line.contains("look_if,")).collect();
        assert_eq!(looked, [true], "leased: {is_leased}");
    }
}

#[test]
fn each_message_that_begins_leaves_room_for_one() {
    for begun in 1..=6 {
        let (looker, mut actor, log) = looker(6);
        for _ in 1..begun {
            looker.rest().try_cast().unwrap();
        }
        looker.fill().try_cast().unwrap();
        for _ in begun..6 {
            looker.rest().try_cast().unwrap();
        }
        assert!(matches!(looker.rest().try_cast(), Err(TrySendError::Full(_))));
        actor.turn();
        assert_eq!(log.take(), [format!("room for {begun}")]);
    }
}

#[test]
fn senders_that_wait_get_the_room_of_each_message_in_turn() {
    let gates = [Gate::default(), Gate::default(), Gate::default()];
    let (looker, mut actor, _) = looker(3);
    for gate in &gates {
        looker.wait(gate.clone()).try_cast().unwrap();
    }
    let mut casts: Vec<_> = (0..4).map(|_| pending(looker.rest().cast())).collect();
    for (gate, (queued, waiting)) in gates.iter().zip([(3, 3), (3, 2), (3, 1)]) {
        actor.turn();
        let stats = looker.stats();
        assert_eq!((stats.queued, stats.waiting), (queued, waiting));
        gate.open();
    }
    actor.turn();
    assert!(casts.iter_mut().all(|cast| ready(cast).is_ok()));
}

/// Notes how many calls had been completed when it is dropped.
struct Witness(Log, Arc<Completed>);

impl Drop for Witness {
    fn drop(&mut self) {
        self.0.add(format!("{} completed", self.1.0.load(Ordering::SeqCst)));
    }
}

#[derive(Default)]
struct Completed(AtomicUsize);

impl Wake for Completed {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

#[test]
fn all_calls_are_completed_before_a_message_is_dropped() {
    let ends: [fn(&LookerHandle, Rig<Looker>); 3] = [
        |looker, mut actor| {
            looker.abort();
            assert!(!actor.exit().reason.is_orderly());
        },
        |_, actor| drop(actor),
        |looker, mut actor| {
            looker.abort();
            actor.turn();
        },
    ];
    for end in ends {
        let (looker, mut actor, log) = looker(8);
        let completed = Arc::new(Completed::default());
        let waker = Waker::from(completed.clone());
        looker.wait(Gate::default()).try_cast().unwrap();
        let mut calls: Vec<_> = (0..3)
            .map(|_| Box::pin(looker.carry(Witness(log.clone(), completed.clone())).into_future()))
            .collect();
        for call in &mut calls {
            assert!(call.as_mut().poll(&mut TaskContext::from_waker(&waker)).is_pending());
        }
        actor.turn();
        end(&looker, actor);
        assert_eq!(log.take(), ["3 completed"; 3]);
        assert_eq!(looker.stats().queued, 0);
    }
}

#[test]
fn the_messages_behind_a_final_handler_are_refused_before_it_begins() {
    let (looker, mut actor, _) = looker(8);
    looker.rest().try_cast().unwrap();
    let mut before = pending(looker.rest());
    let gate = Gate::default();
    let mut end = pending(looker.end(gate.clone()));
    let mut behind = [pending(looker.rest()), pending(looker.rest())];
    actor.turn();
    assert_eq!(outcome(&mut before), "answered ()");
    for call in &mut behind {
        assert_eq!(outcome(call), "the actor stopped before it answered `Looker::rest`");
    }
    gate.open();
    actor.exit();
    assert_eq!(outcome(&mut end), "answered ()");
}
