//! Promise 2: every call completes with a reply, or with an error that says why; if the actor is
//! gone, it fails at once. No caller hangs, and no reply reaches another caller.
//!
//! Each way in which an actor can end is tried with a call in every place where a call can be: to
//! be answered later, running, in the mailbox, waiting for room.

use actor_runtime::{ActorHandle, Answer, Builder, Capacity, ExitReason, OnPanic};
use tokio_test::task::Spawn;

use crate::support::{
    Gate, Log, Probe, ProbeHandle, Rig, now, outcome, pending, ready, rig, rig_with, said,
};

/// An actor with a call in every place.
struct Busy {
    probe: ProbeHandle,
    actor: Rig<Probe>,
    log: Log,
    gate: Gate,
    kept: Spawn<Answer<u64>>,
    running: Spawn<Answer<u64>>,
    queued: Spawn<Answer<u64>>,
}

/// An actor that keeps a reply, with the handler `running` suspended, and a call in its mailbox.
fn busy(running: impl FnOnce(&ProbeHandle, Gate) -> Answer<u64>) -> Busy {
    let log = Log::default();
    let gate = Gate::default();
    let (probe, mut actor) =
        rig_with(Builder::new().mailbox(Capacity::bounded(1)), Probe::new(&log));
    let kept = pending(probe.keep().try_call().unwrap());
    actor.turn();
    let running = pending(running(&probe, gate.clone()));
    actor.turn();
    let queued = pending(probe.note(1).try_call().unwrap());
    Busy { probe, actor, log, gate, kept, running, queued }
}

impl Busy {
    /// An actor whose running handler waits for the gate.
    fn waiting() -> Self {
        busy(|probe, gate| probe.wait(gate).try_call().unwrap())
    }

    /// Ends the actor, with one more call that waits for room, and compares the outcomes of the
    /// four calls: the one to be answered later, the running, the queued and the waiting.
    #[track_caller]
    fn end(mut self, road: impl FnOnce(&ProbeHandle, &Gate), expected: [&str; 4]) {
        let probe = self.probe.clone();
        let mut waiting = pending(probe.note(2));
        road(&probe, &self.gate);
        // The loop returns the actor to the test, which drops it here.
        drop(self.actor.exit());
        let told = [
            outcome(&mut self.kept),
            outcome(&mut self.running),
            outcome(&mut self.queued),
            outcome(&mut waiting),
        ];
        assert_eq!(told, expected);
        assert_eq!(
            said(now(probe.note(3))),
            "`Probe::note` was not accepted: the actor has stopped"
        );
    }
}

const KEPT_STOPPED: &str = "the actor stopped before it answered `Probe::keep`";
const KEPT_UNANSWERED: &str = "`Probe::keep` dropped its reply without answering";
const WAIT_STOPPED: &str = "the actor stopped before it answered `Probe::wait`";
const NOTE_STOPPED: &str = "the actor stopped before it answered `Probe::note`";
const NOTE_REFUSED: &str = "`Probe::note` was not accepted: the actor has stopped";

#[test]
fn when_the_actor_is_closed() {
    Busy::waiting().end(
        |probe, gate| {
            probe.close();
            gate.open();
        },
        [KEPT_UNANSWERED, "answered 0", "answered 1", NOTE_REFUSED],
    );
}

#[test]
fn when_the_actor_is_aborted() {
    Busy::waiting()
        .end(|probe, _| probe.abort(), [KEPT_STOPPED, WAIT_STOPPED, NOTE_STOPPED, NOTE_REFUSED]);
}

#[test]
fn when_its_loop_is_dropped() {
    let Busy { probe, mut actor, mut kept, mut running, mut queued, .. } = Busy::waiting();
    let mut waiting = pending(probe.note(2));
    actor.drop_loop();
    assert_eq!(outcome(&mut kept), KEPT_STOPPED);
    assert_eq!(outcome(&mut running), WAIT_STOPPED);
    assert_eq!(outcome(&mut queued), NOTE_STOPPED);
    assert_eq!(outcome(&mut waiting), NOTE_REFUSED);
}

#[test]
fn when_a_handler_panics() {
    busy(|probe, gate| probe.fail_behind(gate).try_call().unwrap()).end(
        |_, gate| gate.open(),
        [
            KEPT_STOPPED,
            "`Probe::fail_behind` panicked: behind the gate",
            NOTE_STOPPED,
            NOTE_REFUSED,
        ],
    );
}

#[test]
fn when_a_handler_that_takes_the_actor_runs() {
    // By the time it runs, its actor is sealed: nothing can be queued behind it.
    let log = Log::default();
    let gate = Gate::default();
    let options = Builder::new().mailbox(Capacity::bounded(3));
    let (probe, mut actor) = rig_with(options, Probe::new(&log));
    let mut kept = pending(probe.keep());
    let mut running = pending(probe.finish(gate.clone()));
    let mut queued = pending(probe.note(1));
    let mut first_waiting = pending(probe.note(2));
    let mut second_waiting = pending(probe.note(3));
    let mut third_waiting = pending(probe.note(4));
    actor.turn();
    // Two were accepted, into the room left by the first two messages.
    for refused in [&mut queued, &mut first_waiting, &mut second_waiting] {
        assert_eq!(outcome(refused), NOTE_STOPPED);
    }
    assert_eq!(outcome(&mut third_waiting), NOTE_REFUSED);
    gate.open();
    actor.turn();
    assert_eq!(outcome(&mut kept), KEPT_STOPPED);
    assert_eq!(outcome(&mut running), "answered 0");
    assert_eq!(log.take(), ["finish"]);
}

#[test]
fn when_the_last_handle_is_dropped() {
    let Busy { probe, mut actor, log, gate, mut kept, mut running, mut queued } = Busy::waiting();
    drop(probe);
    gate.open();
    let exit = actor.exit();
    assert_eq!(exit.reason, ExitReason::HandlesDropped);
    assert!(!kept.is_woken(), "the actor was handed back, and may still answer");
    drop(exit);
    assert_eq!(outcome(&mut kept), KEPT_UNANSWERED);
    assert_eq!(outcome(&mut running), "answered 0");
    assert_eq!(outcome(&mut queued), "answered 1");
    assert_eq!(log.take(), ["wait", "waited", "note 1"]);
}

#[tokio::test]
async fn when_it_is_shut_down_and_owes_a_reply() {
    let probe = actor_runtime::spawn(Probe::new(&Log::default()));
    let kept = probe.keep().sent().await.unwrap();
    probe.shutdown().await;
    assert_eq!(said(kept.await), KEPT_STOPPED);
}

#[test]
fn when_its_runtime_is_shut_down() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let gate = Gate::default();
    let probe = Builder::new().on(runtime.handle().clone()).spawn(Probe::new(&Log::default()));
    let mut running = pending(probe.wait(gate));
    let mut queued = pending(probe.note(1));
    runtime.block_on(tokio::task::yield_now());
    drop(runtime);
    assert_eq!(outcome(&mut running), WAIT_STOPPED);
    assert_eq!(outcome(&mut queued), NOTE_STOPPED);
    assert_eq!(probe.exit_reason().unwrap().to_string(), "aborted");
}

#[test]
fn when_its_reply_is_dropped_unanswered() {
    let (probe, mut actor) = rig(Probe::new(&Log::default()));
    let mut call = pending(probe.forget());
    actor.turn();
    assert_eq!(outcome(&mut call), "`Probe::forget` dropped its reply without answering");
    assert!(actor.runs());
}

#[test]
fn when_the_actor_continues_after_a_panic() {
    let options = Builder::new().on_panic(OnPanic::Continue);
    let (probe, mut actor) = rig_with(options, Probe::new(&Log::default()));
    let mut fail = pending(probe.fail("oh"));
    let mut note = pending(probe.note(1));
    actor.turn();
    assert_eq!(outcome(&mut fail), "`Probe::fail` panicked: oh");
    assert_eq!(outcome(&mut note), "answered 1");
}

#[test]
fn a_call_to_an_ended_actor_fails_at_once() {
    let (probe, mut actor) = rig(Probe::new(&Log::default()));
    probe.close();
    actor.exit();
    assert_eq!(said(now(probe.note(1))), NOTE_REFUSED);
}

#[test]
fn each_caller_gets_the_reply_to_its_own_call() {
    let options = Builder::new().mailbox(Capacity::bounded(64));
    let (probe, mut actor) = rig_with(options, Probe::new(&Log::default()));
    let mut calls: Vec<_> = (0..64).map(|number| Some(pending(probe.note(number)))).collect();
    // Some callers are dropped: no other caller gets their replies.
    for gone in (0..64).step_by(3) {
        calls[gone] = None;
    }
    actor.turn();
    // The callers read their replies in another order than they called.
    for (number, call) in calls.iter_mut().enumerate().rev() {
        if let Some(call) = call {
            assert_eq!(ready(call), Ok(number as u64));
        }
    }
}

#[test]
fn kept_replies_go_to_their_callers() {
    let (probe, mut actor) = rig(Probe::new(&Log::default()));
    let mut before = pending(probe.keep());
    actor.turn();
    let mut answer = pending(probe.answer_kept(7));
    let after = pending(probe.keep());
    actor.turn();
    assert_eq!(outcome(&mut before), "answered 7");
    assert_eq!(outcome(&mut answer), "answered ()");
    assert!(!after.is_woken());
}
