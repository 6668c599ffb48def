//! Promise 3: if a call is dropped before its handler has started, the handler does not run (unless
//! it is marked `run_abandoned`; a cast always runs). Once started, a handler always runs to
//! completion.

use std::time::Duration;

use actor_runtime::ActorHandle;

use crate::support::{Gate, Log, Probe, ProbeHandle, Rig, outcome, pending, ready, rig};

/// An actor that waits inside a handler until the gate opens.
fn occupied() -> (ProbeHandle, Rig<Probe>, Log, Gate) {
    let (log, gate) = (Log::default(), Gate::default());
    let (probe, mut actor) = rig(Probe::new(&log));
    probe.wait(gate.clone()).try_cast().unwrap();
    actor.turn();
    assert_eq!(log.take(), ["wait"]);
    (probe, actor, log, gate)
}

#[test]
fn a_call_dropped_in_the_mailbox_does_not_run() {
    let (probe, mut actor, log, gate) = occupied();
    drop(pending(probe.note(1)));
    gate.open();
    actor.turn();
    assert_eq!(log.take(), ["waited"]);
    assert_eq!(probe.stats().counts.skipped, 1);
}

#[test]
fn a_call_whose_answer_is_dropped_in_the_mailbox_does_not_run() {
    let (probe, mut actor, log, gate) = occupied();
    drop(probe.note(1).try_call().unwrap());
    gate.open();
    actor.turn();
    assert_eq!(log.take(), ["waited"]);
}

#[test]
fn a_call_dropped_while_it_waits_for_room_does_not_run() {
    let (probe, mut actor, log, gate) = occupied();
    probe.note(1).try_cast().unwrap();
    probe.note(2).try_cast().unwrap();
    let three = pending(probe.note(3));
    assert_eq!(probe.stats().waiting, 1);
    drop(three);
    assert_eq!(probe.stats().waiting, 0);
    gate.open();
    actor.turn();
    assert_eq!(log.take(), ["waited", "note 1", "note 2"]);
    assert_eq!(probe.stats().counts.skipped, 0);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_timed_out_in_the_mailbox_does_not_run() {
    let (probe, mut actor, log, gate) = occupied();
    let second = Duration::from_secs(1);
    let mut call = pending(probe.note(1).timeout(second));
    tokio::time::advance(second).await;
    assert_eq!(outcome(&mut call), "`Probe::note` did not answer within 1s");
    gate.open();
    actor.turn();
    assert_eq!(log.take(), ["waited"]);
}

#[test]
fn a_dropped_call_of_a_run_abandoned_handler_runs() {
    let (probe, mut actor, log, gate) = occupied();
    drop(pending(probe.note_anyway(1)));
    gate.open();
    actor.turn();
    assert_eq!(log.take(), ["waited", "note 1 anyway"]);
    assert_eq!(probe.stats().counts.skipped, 0);
}

#[test]
fn a_dropped_call_of_a_run_abandoned_handler_is_withdrawn_while_it_waits_for_room() {
    let (probe, mut actor, log, gate) = occupied();
    probe.note(1).try_cast().unwrap();
    probe.note(2).try_cast().unwrap();
    drop(pending(probe.note_anyway(3)));
    gate.open();
    actor.turn();
    assert_eq!(log.take(), ["waited", "note 1", "note 2"]);
}

#[test]
fn a_cast_always_runs() {
    let (probe, mut actor, log, gate) = occupied();
    probe.note(1).try_cast().unwrap();
    probe.note(2).cast_now().unwrap();
    let mut three = pending(probe.note(3).cast());
    gate.open();
    actor.turn();
    ready(&mut three).unwrap();
    assert_eq!(log.take(), ["waited", "note 1", "note 2", "note 3"]);
}

#[test]
fn a_handler_that_has_started_runs_to_completion() {
    let (log, gate) = (Log::default(), Gate::default());
    let (probe, mut actor) = rig(Probe::new(&log));
    let call = pending(probe.wait(gate.clone()));
    actor.turn();
    drop(call);
    actor.turn();
    assert_eq!(log.take(), ["wait"]);
    gate.open();
    actor.turn();
    assert_eq!(log.take(), ["waited"]);
    assert_eq!(probe.stats().counts.skipped, 0);
}

#[test]
fn an_abandoned_final_handler_does_not_run() {
    let (probe, mut actor, log, gate) = occupied();
    drop(pending(probe.finish(Gate::default())));
    gate.open();
    actor.turn();
    assert!(actor.runs());
    assert_eq!(log.take(), ["waited"]);
    assert!(!probe.is_closed());
}
