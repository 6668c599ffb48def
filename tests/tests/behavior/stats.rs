//! `stats`: what it reports, and when.

use std::{
    sync::mpsc,
    time::{Duration, Instant},
};

use actor_runtime::{ActorHandle, Builder, Capacity, Context, actor};
use futures::future::join_all;

use crate::support::{Gate, Log, Probe, ProbeHandle, Rig, outcome, pending, ready, rig, rig_with};

#[test]
fn stats_count_queued_messages_and_waiting_senders() {
    let (probe, mut actor) = rig(Probe::new(&Log::default()));
    let mut calls: Vec<_> = (0..5).map(|number| pending(probe.note(number))).collect();
    let stats = probe.stats();
    assert_eq!((stats.queued, stats.waiting), (2, 3));
    assert_eq!(probe.mailbox_len(), 2);
    assert_eq!(stats.capacity, Capacity::bounded(2));
    actor.turn();
    let stats = probe.stats();
    assert_eq!((stats.queued, stats.waiting), (0, 0));
    assert_eq!(stats.counts.handled, 5);
    assert_eq!(outcome(&mut calls[4]), "answered 4");
}

#[test]
fn stats_name_the_running_handler_and_its_duration() {
    let gate = Gate::default();
    let (probe, mut actor) = rig(Probe::new(&Log::default()));
    actor.turn();
    assert_eq!(probe.stats().running, None);
    probe.wait(gate.clone()).try_cast().unwrap();
    assert_eq!(probe.stats().running, None, "it is in the mailbox");
    actor.turn();
    let running = |expected: &str| -> Option<Duration> {
        let (method, since) = probe.stats().running.unwrap();
        assert_eq!(method, expected);
        since
    };
    let before = running("wait");
    assert!(before.is_some(), "it began after the statistics were read");
    crate::support::until(|| running("wait") > before);
    probe.fail_behind(gate.clone()).try_cast().unwrap();
    gate.open();
    actor.turn();
    running("fail_behind");
    gate.open();
    actor.turn();
    assert_eq!(probe.stats().running, None);
}

#[test]
fn a_timed_actor_knows_the_duration_at_the_first_look() {
    for is_leased in [false, true] {
        let (probe, mut actor) = rig_with(Builder::new().timed(true), Probe::new(&Log::default()));
        let mut lease = is_leased.then(|| pending(probe.lease()));
        actor.turn();
        let lease = lease.as_mut().map(ready);
        let _call = match &lease {
            Some(lease) => lease.as_ref().unwrap().wait(Gate::default()).try_cast(),
            None => probe.wait(Gate::default()).try_cast(),
        };
        actor.turn();
        let begun = Instant::now();
        crate::support::until(|| begun.elapsed() > Duration::from_millis(1));
        let (method, time) = probe.stats().running.unwrap();
        assert_eq!(method, "wait");
        assert!(time >= Some(Duration::from_millis(1)), "{time:?}");
    }
}

#[test]
fn the_first_look_at_a_handler_that_is_not_timed_says_that_its_duration_is_unknown() {
    let gate = Gate::default();
    let (probe, mut actor) = rig(Probe::new(&Log::default()));
    probe.wait(gate.clone()).try_cast().unwrap();
    actor.turn();
    assert_eq!(probe.stats().running, Some(("wait", None)));
    let first = Instant::now();
    crate::support::until(|| first.elapsed() > Duration::from_millis(1));
    let (method, time) = probe.stats().running.unwrap();
    assert_eq!(method, "wait");
    assert!(time >= Some(Duration::from_millis(1)), "{time:?} since the first look");
    gate.open();
    actor.turn();
}

/// Blocks its thread in a handler that is entered without the lock, since it has run before.
struct Stuck;

#[actor]
impl Stuck {
    /// Does what it is told, then waits until `end` is dropped.
    pub(crate) fn work(&self, begun: mpsc::Sender<()>, end: mpsc::Receiver<()>) {
        let _ = begun.send(());
        let _ = end.recv();
    }
}

#[test]
fn a_blocked_thread_says_no_duration_that_it_does_not_know() {
    for is_timed in [false, true] {
        let stuck = Builder::new().timed(is_timed).spawn_thread(|| Stuck).unwrap();
        let begin = || {
            let ((begun, has_begun), (end, ended)) = (mpsc::channel(), mpsc::channel());
            stuck.work(begun, ended).cast_blocking().unwrap();
            (has_begun, end)
        };
        let runs: Vec<_> = (0..8).map(|_| begin()).collect();
        for (number, (has_begun, end)) in runs.into_iter().enumerate() {
            has_begun.recv().unwrap();
            if number == 5 {
                let (method, time) = stuck.stats().running.unwrap();
                assert_eq!((method, time.is_some()), ("work", is_timed));
            }
            drop(end);
        }
    }
}

/// Times its handlers.
struct Clocked(Stuck);

#[actor]
impl Clocked {
    #[on_start]
    fn start(&mut self, context: &Context<Self>) {
        context.time_handlers();
    }

    /// See [`Stuck::work`].
    pub(crate) fn work(&self, begun: mpsc::Sender<()>, end: mpsc::Receiver<()>) {
        self.0.work(begun, end);
    }
}

#[test]
fn an_actor_that_times_its_handlers_knows_the_duration_at_the_first_look() {
    let clocked = Builder::new().spawn_thread(|| Clocked(Stuck)).unwrap();
    let ((begun, has_begun), (_end, ended)) = (mpsc::channel(), mpsc::channel());
    clocked.work(begun, ended).cast_blocking().unwrap();
    has_begun.recv().unwrap();
    let begun = Instant::now();
    crate::support::until(|| begun.elapsed() > Duration::from_millis(1));
    let (method, time) = clocked.stats().running.unwrap();
    assert_eq!(method, "work");
    assert!(time >= Some(Duration::from_millis(1)), "{time:?}");
}

/// Has a gate in each of its hooks.
struct Gated([Gate; 4]);

#[actor]
impl Gated {
    #[on_start]
    async fn start(&mut self) {
        self.0[0].passed().await;
    }

    #[on_idle]
    async fn idle(&mut self) {
        self.0[1].passed().await;
    }

    #[on_release]
    async fn release(&mut self) {
        self.0[2].passed().await;
    }

    #[on_stop]
    async fn stop(&mut self) {
        self.0[3].passed().await;
    }

    /// Does nothing.
    pub(crate) fn nothing(&self) {}
}

#[test]
fn stats_name_the_running_hook() {
    let gates: [Gate; 4] = Default::default();
    let (gated, mut actor) = rig(Gated(gates.clone()));
    let is_in = |hook| gated.stats().running.is_some_and(|(name, _)| name == hook);
    let passes = |actor: &mut Rig<Gated>, gate: usize, hook| {
        actor.turn();
        assert!(is_in(hook), "{hook}: {:?}", gated.stats().running);
        gates[gate].open();
        actor.turn();
        assert!(!is_in(hook));
    };
    passes(&mut actor, 0, "on_start");
    gated.nothing().try_cast().unwrap();
    passes(&mut actor, 1, "on_idle");
    let mut lease = pending(gated.lease());
    actor.turn();
    drop(ready(&mut lease));
    passes(&mut actor, 2, "on_release");
    passes(&mut actor, 1, "on_idle");
    gated.close();
    passes(&mut actor, 3, "on_stop");
}

#[test]
fn stats_name_no_hook_during_a_lease_that_began_after_it() {
    let gates: [Gate; 4] = Default::default();
    let (gated, mut actor) = rig(Gated(gates.clone()));
    gates[0].open();
    actor.turn();
    gated.nothing().try_cast().unwrap();
    let mut lease = pending(gated.lease());
    actor.turn();
    assert_eq!(gated.stats().running.map(|(name, _)| name), Some("on_idle"));
    gates[1].open();
    actor.turn();
    let _lease = ready(&mut lease).unwrap();
    assert_eq!(gated.stats().running, None);
}

/// Asks another actor.
struct Asker(ProbeHandle);

#[actor]
impl Asker {
    /// Waits for `gate` in the other actor, `times` times at once.
    pub(crate) async fn ask(&self, gate: Gate, times: usize) {
        join_all((0..times).map(|_| self.0.wait(gate.clone()))).await;
    }

    /// Waits until the other actor has ended.
    pub(crate) async fn watch(&self) {
        self.0.exited().await;
    }
}

#[test]
fn stats_name_the_handlers_that_a_handler_waits_for() {
    let gate = Gate::default();
    let (probe, mut actor) = rig(Probe::new(&Log::default()));
    let (asker, mut asking) = rig(Asker(probe.clone()));
    let waits_for = |asker: &AskerHandle| -> Vec<String> {
        asker.stats().waits_for.iter().map(ToString::to_string).collect()
    };
    asker.ask(gate.clone(), 2).try_cast().unwrap();
    assert!(waits_for(&asker).is_empty(), "it is in the mailbox");
    asking.turn();
    assert_eq!(waits_for(&asker), ["Probe::wait"; 2]);
    assert!(probe.stats().waits_for.is_empty(), "the gate is no actor");
    gate.open();
    actor.turn();
    gate.open();
    actor.turn();
    asking.turn();
    assert!(waits_for(&asker).is_empty());
    asker.watch().try_cast().unwrap();
    asking.turn();
    assert_eq!(waits_for(&asker).len(), 1);
    probe.close();
    actor.turn();
    asking.turn();
    assert!(waits_for(&asker).is_empty());
}

#[test]
fn the_running_time_counts_at_least_from_the_first_message_behind_it() {
    let gate = Gate::default();
    let (probe, mut actor) = rig(Probe::new(&Log::default()));
    probe.wait(gate.clone()).try_cast().unwrap();
    actor.turn();
    probe.note(1).try_cast().unwrap();
    let queued = Instant::now();
    crate::support::until(|| queued.elapsed() > Duration::from_millis(2));
    let at_the_least = queued.elapsed();
    let (method, lasts) = probe.stats().running.unwrap();
    assert_eq!(method, "wait");
    assert!(lasts >= Some(at_the_least), "{lasts:?} is less than {at_the_least:?}");
    gate.open();
    actor.turn();
}

#[test]
fn no_handler_is_running_after_a_fn() {
    let (probe, mut actor) = rig(Probe::new(&Log::default()));
    for number in 0..2 {
        probe.note(number).try_cast().unwrap();
        actor.turn();
        assert_eq!(probe.stats().running, None, "asked for the {number}th time");
    }
}

#[test]
fn stats_count_handled_skipped_and_panicked() {
    let options = actor_runtime::Builder::new().on_panic(actor_runtime::OnPanic::Continue);
    let (probe, mut actor) = crate::support::rig_with(options, Probe::new(&Log::default()));
    probe.note(1).try_cast().unwrap();
    drop(pending(probe.note(2)));
    actor.turn();
    probe.fail("oh").try_cast().unwrap();
    actor.turn();
    let counts = probe.stats().counts;
    assert_eq!((counts.handled, counts.skipped, counts.panicked), (2, 1, 1));
}

#[test]
fn stats_count_handles() {
    let (probe, _actor) = rig(Probe::new(&Log::default()));
    assert_eq!(probe.stats().handles, 1);
    let second = probe.clone();
    assert_eq!(probe.stats().handles, 2);
    let weak = second.downgrade();
    drop(second);
    assert_eq!(probe.stats().handles, 1);
    drop(weak);
    drop(probe.exited());
    assert_eq!(probe.stats().handles, 1);
}

#[test]
fn stats_of_an_ended_actor() {
    let (probe, mut actor) = rig(Probe::new(&Log::default()));
    probe.fail("oh").try_cast().unwrap();
    probe.note(1).try_cast().unwrap();
    actor.exit();
    let stats = probe.stats();
    assert_eq!((stats.queued, stats.waiting, stats.running), (0, 0, None));
    assert_eq!((stats.counts.handled, stats.counts.panicked), (1, 1));
}
