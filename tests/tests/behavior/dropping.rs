//! Drops each public future at every await.
//!
//! A future is polled a number of times, with one step of the world between two polls, and dropped.
//! Then the world runs to its end, and its log shows what was done. A table per future has the
//! expected outcomes, from a future that was never polled to one that was polled to completion.

use std::{future::Future, pin::Pin, time::Duration};

use actor_runtime::{ActorHandle, Builder, Capacity, Replies, Scope, actor};
use futures::FutureExt;
use tokio_test::task;

use crate::support::{
    AN_HOUR, Gate, Log, Probe, ProbeHandle, Rig, now, pending, ready, rig, rig_with, still_pending,
};

type Dropped<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;

/// Polls `future` up to `polls` times, with a step before each poll but the first, and drops it.
fn poll_and_drop(future: Dropped<'_>, polls: usize, mut step: impl FnMut()) {
    let mut future = task::spawn(future);
    for poll in 0..polls {
        if poll > 0 {
            step();
        }
        if future.poll().is_ready() {
            return;
        }
    }
}

/// An actor in a handler, with one more message in its mailbox: a caller waits for room, then in
/// the mailbox, then for the handler. Each step opens the gate once.
struct Stages {
    probe: ProbeHandle,
    actor: Rig<Probe>,
    log: Log,
    gate: Gate,
}

impl Stages {
    fn new() -> Self {
        let (log, gate) = (Log::default(), Gate::default());
        let options = Builder::new().mailbox(Capacity::bounded(1));
        let (probe, mut actor) = rig_with(options, Probe::new(&log));
        probe.wait(gate.clone()).try_cast().unwrap();
        actor.turn();
        probe.wait(gate.clone()).try_cast().unwrap();
        Self { probe, actor, log, gate }
    }

    /// Drops the future that `make` returns after so many polls, lets everything run, and returns
    /// whether its handler started, whether it completed, and how many calls were skipped.
    fn drop_after(
        polls: usize,
        make: impl for<'a> Fn(&'a ProbeHandle, Gate) -> Dropped<'a>,
    ) -> (bool, bool, u64) {
        let Self { probe, mut actor, log, gate } = Self::new();
        let call = probe.clone();
        poll_and_drop(make(&call, gate.clone()), polls, || {
            gate.open();
            actor.turn();
        });
        for _ in 0..4 {
            gate.open();
            actor.turn();
        }
        // Two of them are logged without it.
        let lines = log.take();
        let count = |line| lines.iter().filter(|&logged| logged == line).count() > 2;
        assert_eq!(probe.stats().waiting, 0);
        (count("wait"), count("waited"), probe.stats().counts.skipped)
    }
}

/// Checks the outcome of a call that is dropped after each number of polls: not sent, waiting for
/// room, in the mailbox, in its handler, completed.
#[track_caller]
fn check(
    make: impl for<'a> Fn(&'a ProbeHandle, Gate) -> Dropped<'a>,
    expected: [(bool, bool, u64); 5],
) {
    for (polls, expected) in expected.into_iter().enumerate() {
        assert_eq!(Stages::drop_after(polls, &make), expected, "after {polls} polls");
    }
}

const NOT_SENT: (bool, bool, u64) = (false, false, 0);
const SKIPPED: (bool, bool, u64) = (false, false, 1);
const RAN_TO_ITS_END: (bool, bool, u64) = (true, true, 0);

/// The promised outcome of a call in each stage.
const A_CALL: [(bool, bool, u64); 5] =
    [NOT_SENT, NOT_SENT, SKIPPED, RAN_TO_ITS_END, RAN_TO_ITS_END];

#[test]
fn call() {
    check(|probe, gate| probe.wait(gate).map(drop).boxed_local(), A_CALL);
}

#[tokio::test(start_paused = true)]
async fn timeout() {
    check(|probe, gate| probe.wait(gate).timeout(AN_HOUR).map(drop).boxed_local(), A_CALL);
}

#[test]
fn sent_and_its_answer() {
    check(
        |probe, gate| {
            let sent = probe.wait(gate).sent();
            async { drop(sent.await.unwrap().await) }.boxed_local()
        },
        A_CALL,
    );
}

#[test]
fn cast() {
    // Once there was room, the cast is sent, whether or not it was polled since.
    check(
        |probe, gate| probe.wait(gate).cast().map(drop).boxed_local(),
        [NOT_SENT, NOT_SENT, RAN_TO_ITS_END, RAN_TO_ITS_END, RAN_TO_ITS_END],
    );
}

#[test]
fn an_accepted_cast_is_handled_although_its_future_is_dropped() {
    let Stages { probe, mut actor, log, gate } = Stages::new();
    let cast = pending(probe.note(1).cast());
    gate.open();
    actor.turn();
    assert!(cast.is_woken(), "there is room, and the message is in it");
    drop(cast);
    gate.open();
    actor.turn();
    assert_eq!(log.take(), ["wait", "waited", "wait", "waited", "note 1"]);
}

#[test]
fn an_accepted_call_is_skipped_when_its_sent_future_is_dropped() {
    let Stages { probe, mut actor, log, gate } = Stages::new();
    let sent = pending(probe.note(1).sent());
    gate.open();
    actor.turn();
    assert!(sent.is_woken());
    drop(sent);
    gate.open();
    actor.turn();
    assert_eq!(log.take(), ["wait", "waited", "wait", "waited"]);
    assert_eq!(probe.stats().counts.skipped, 1);
}

/// Streams a number whenever the gate opens.
#[derive(Clone)]
struct Fountain {
    log: Log,
    gate: Gate,
}

#[actor(mailbox = 1)]
impl Fountain {
    /// Numbers, one for each time the gate opens.
    pub(crate) async fn flow(&self, mut numbers: Replies<u32>) {
        self.log.add("flow");
        for number in 0..4 {
            self.gate.passed().await;
            if numbers.send(number).await.is_err() {
                self.log.add(format!("unread {number}"));
                return;
            }
        }
        self.log.add("flown");
    }
}

/// A fountain that is polled by hand, with its state.
fn fountain() -> (FountainHandle, Rig<Fountain>, Fountain) {
    let state = Fountain { log: Log::default(), gate: Gate::default() };
    let (fountain, actor) = rig(state.clone());
    (fountain, actor, state)
}

#[test]
fn a_stream_call() {
    // Not sent, waiting for room, in the mailbox, in its handler: how many of the three have
    // started.
    for (polls, begun) in [(0, 1), (1, 1), (2, 2), (3, 3)] {
        let (fountain, mut actor, Fountain { log, gate }) = fountain();
        // The calls in the handler and in the mailbox are dropped in their turn.
        let mut first = Some(now(fountain.flow().sent()).unwrap());
        actor.turn();
        let mut second = Some(now(fountain.flow().sent()).unwrap());
        let mut stream = Some(fountain.flow());
        for poll in 0..polls {
            match poll {
                1 => drop(first.take()),
                2 => drop(second.take()),
                _ => {}
            }
            if poll > 0 {
                gate.open();
                actor.turn();
            }
            let stream = stream.as_mut().unwrap();
            assert!(task::spawn(stream.next()).poll().is_pending(), "{polls}: poll {poll}");
        }
        drop((stream.take(), first.take(), second.take()));
        for _ in 0..4 {
            gate.open();
            actor.turn();
        }
        assert_eq!(log.take(), ["flow", "unread 0"].repeat(begun), "after {polls} polls");
        assert!(fountain.stats().running.is_none());
    }
}

#[test]
fn dropping_the_next_of_a_stream_loses_nothing() {
    let (fountain, mut actor, Fountain { gate, .. }) = fountain();
    let mut stream = fountain.flow();
    drop(pending(stream.next()));
    actor.turn();
    for number in 0..4 {
        drop(pending(stream.next()));
        gate.open();
        actor.turn();
        assert_eq!(now(stream.next()), Some(Ok(number)));
    }
    assert_eq!(now(stream.next()), None);
}

#[test]
fn a_dropped_stream_send_sends_nothing() {
    /// Sends a first value, drops the send of the second, and sends a third.
    struct Hasty;
    #[actor]
    impl Hasty {
        /// Two values of three.
        pub(crate) async fn hurry(&self, mut values: Replies<u32>, gate: Gate) {
            values.send(1).await.unwrap();
            assert!(values.send(2).now_or_never().is_none(), "the reader is behind");
            gate.passed().await;
            values.send(3).await.unwrap();
        }
    }
    let (hasty, mut actor) = rig(Hasty);
    let gate = Gate::default();
    let mut stream = hasty.hurry(gate.clone()).buffer(1);
    drop(pending(stream.next()));
    actor.turn();
    assert_eq!(now(stream.next()), Some(Ok(1)));
    gate.open();
    actor.turn();
    assert_eq!(now(stream.next()), Some(Ok(3)));
    assert_eq!(now(stream.next()), None);
}

#[test]
fn exited() {
    let (probe, mut actor) = rig(Probe::new(&Log::default()));
    drop(pending(probe.exited()));
    assert!(!probe.is_closed());
    let mut exited = pending(probe.exited());
    probe.close();
    actor.exit();
    assert_eq!(ready(&mut exited).to_string(), "shut down");
}

#[test]
fn shutdown() {
    let (probe, mut actor) = rig(Probe::new(&Log::default()));
    drop(probe.shutdown());
    actor.turn();
    assert!(actor.runs());
    drop(pending(probe.shutdown()));
    assert_eq!(actor.reason(), "shut down");
}

#[test]
fn the_loop() {
    for polls in 0..3 {
        let (log, gate) = (Log::default(), Gate::default());
        let (probe, run) = actor_runtime::pair(Probe::new(&log));
        let mut call = pending(probe.wait(gate.clone()));
        poll_and_drop(run.map(drop).boxed_local(), polls, || gate.open());
        assert_eq!(probe.exit_reason().unwrap().to_string(), "aborted", "after {polls} polls");
        let told = ready(&mut call);
        match polls {
            2 => assert_eq!(told, Ok(0)),
            _ => assert!(told.is_err()),
        }
    }
}

#[tokio::test]
async fn starting() {
    /// Starts when the gate opens.
    struct Late {
        log: Log,
        gate: Gate,
    }
    #[actor]
    impl Late {
        #[on_start]
        async fn on_start(&mut self) {
            self.log.add("starting");
            self.gate.passed().await;
            self.log.add("started");
        }

        #[on_stop]
        async fn on_stop(&mut self) {
            self.log.add("stopped");
        }

        /// Does nothing.
        pub(crate) fn nothing(&self) {}
    }
    for is_polled in [false, true] {
        let (log, gate) = (Log::default(), Gate::default());
        let starting = actor_runtime::start(Late { log: log.clone(), gate: gate.clone() });
        if is_polled {
            drop(pending(starting));
        } else {
            drop(starting);
        }
        tokio::task::yield_now().await;
        assert_eq!(log.take(), ["starting"]);
        gate.open();
        tokio::task::yield_now().await;
        assert_eq!(log.take(), ["started", "stopped"]);
    }
}

#[tokio::test]
async fn running() {
    let log = Log::default();
    let (probe, running) = Builder::new().spawn_returning(Probe::new(&log));
    drop(pending(running));
    assert_eq!(probe.note(1).await, Ok(1));
    assert_eq!(probe.shutdown().await.to_string(), "shut down");
}

#[test]
fn the_next_message_of_a_mock() {
    let (probe, mut messages) = ProbeHandle::mock();
    drop(pending(messages.recv()));
    probe.note(1).try_cast().unwrap();
    drop(messages.recv());
    assert!(now(messages.recv()).is_some());
}

#[tokio::test(start_paused = true)]
async fn the_shutdown_of_a_scope() {
    let scope = Scope::new();
    let (log, gate) = (Log::default(), Gate::default());
    let first = scope.spawn(Probe::new(&log));
    let last = scope.spawn(Probe::new(&log));
    last.wait(gate.clone()).cast().await.unwrap();
    tokio::task::yield_now().await;
    drop(scope.shutdown());
    assert!(!last.is_closed());
    {
        let mut shutdown = pending(scope.shutdown());
        assert!(last.is_closed(), "what was stopped stays stopped");
        tokio::time::advance(Duration::from_secs(1)).await;
        still_pending(&mut shutdown);
    }
    assert!(!first.is_closed(), "and the rest goes on");
    gate.open();
    assert_eq!(last.exited().await.to_string(), "shut down");
    assert!(!first.is_closed());
    assert_eq!(scope.shutdown().await.len(), 2);
    assert!(first.is_closed());
}
