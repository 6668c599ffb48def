//! Promise 1: messages are handled one at a time, in the order accepted, and an actor's state is
//! never used by two threads at once.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use actor_runtime::{ActorHandle, Builder, Capacity, TrySendError, actor};

use crate::support::{
    Gate, Log, Probe, now, outcome, pending, ready, rig, rig_with, still_pending,
};

#[test]
fn messages_are_handled_in_the_order_accepted() {
    let log = Log::default();
    let options = Builder::new().mailbox(Capacity::bounded(8));
    let (probe, mut actor) = rig_with(options, Probe::new(&log));
    let mut one = pending(probe.note(1));
    now(probe.note(2).cast()).unwrap();
    probe.note(3).try_cast().unwrap();
    let mut four = pending(now(probe.note(4).sent()).unwrap());
    probe.note(5).cast_now().unwrap();
    let _six = probe.note(6).try_call().unwrap();
    actor.turn();
    assert_eq!(log.take(), ["note 1", "note 2", "note 3", "note 4", "note 5", "note 6"]);
    assert_eq!(outcome(&mut one), "answered 1");
    assert_eq!(outcome(&mut four), "answered 4");
}

#[test]
fn senders_waiting_for_room_are_accepted_in_order() {
    let log = Log::default();
    let (probe, mut actor) = rig(Probe::new(&log));
    probe.note(1).try_cast().unwrap();
    probe.note(2).try_cast().unwrap();
    let mut three = pending(probe.note(3).cast());
    let mut four = pending(probe.note(4));
    let mut five = pending(probe.note(5).cast());
    actor.turn();
    assert_eq!(log.take(), ["note 1", "note 2", "note 3", "note 4", "note 5"]);
    ready(&mut three).unwrap();
    assert_eq!(outcome(&mut four), "answered 4");
    ready(&mut five).unwrap();
}

#[test]
fn waiting_senders_are_accepted_before_new_ones() {
    let log = Log::default();
    let gate = Gate::default();
    let (probe, mut actor) = rig(Probe::new(&log));
    probe.wait(gate.clone()).try_cast().unwrap();
    probe.note(1).try_cast().unwrap();
    let mut two = pending(probe.note(2).cast());
    // The room that the first message leaves goes to the waiting sender.
    actor.turn();
    assert!(matches!(probe.note(3).try_cast(), Err(TrySendError::Full(_))));
    ready(&mut two).unwrap();
    gate.open();
    actor.turn();
    assert_eq!(log.take(), ["wait", "waited", "note 1", "note 2"]);
}

#[test]
fn cast_now_keeps_the_order() {
    let log = Log::default();
    let (probe, mut actor) = rig(Probe::new(&log));
    probe.note(1).try_cast().unwrap();
    probe.note(2).try_cast().unwrap();
    probe.note(3).cast_now().unwrap();
    let _four = pending(probe.note(4));
    actor.turn();
    assert_eq!(log.take(), ["note 1", "note 2", "note 3", "note 4"]);
}

#[test]
fn a_handler_completes_before_the_next_starts() {
    let log = Log::default();
    let gate = Gate::default();
    let (probe, mut actor) = rig(Probe::new(&log));
    let mut wait = pending(probe.wait(gate.clone()));
    let mut note = pending(probe.note(1));
    actor.turn();
    still_pending(&mut note);
    assert_eq!(log.take(), ["wait"]);
    gate.open();
    actor.turn();
    assert_eq!(log.take(), ["waited", "note 1"]);
    assert_eq!(outcome(&mut wait), "answered 0");
    assert_eq!(outcome(&mut note), "answered 1");
}

/// Detects whether handlers overlap, and whether a sender's messages come in order.
#[derive(Default)]
struct Witness {
    is_inside: Arc<AtomicBool>,
    last: HashMap<u32, u32>,
    overlaps: u32,
    disorders: u32,
}

#[actor(mailbox = 4)]
impl Witness {
    /// Takes message number `at` of `sender`.
    pub(crate) async fn see(&mut self, sender: u32, at: u32) {
        self.overlaps += u32::from(self.is_inside.swap(true, Ordering::SeqCst));
        tokio::task::yield_now().await;
        let before = self.last.insert(sender, at);
        self.disorders += u32::from(before.map_or(0, |before| before + 1) != at);
        self.is_inside.store(false, Ordering::SeqCst);
    }

    /// How often two handlers overlapped, how often a message came out of order, and how many
    /// messages came.
    pub(crate) fn verdict(&self) -> (u32, u32, u32) {
        (self.overlaps, self.disorders, self.last.values().map(|last| last + 1).sum())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn handlers_never_overlap_and_each_sender_keeps_its_order() {
    const SENDERS: u32 = 8;
    const EACH: u32 = 250;
    let witness = actor_runtime::spawn(Witness::default());
    let senders: Vec<_> = (0..SENDERS)
        .map(|sender| {
            let witness = witness.clone();
            tokio::spawn(async move {
                for at in 0..EACH {
                    match at % 2 {
                        0 => witness.see(sender, at).cast().await.unwrap(),
                        _ => witness.see(sender, at).await.unwrap(),
                    }
                }
            })
        })
        .collect();
    for sender in senders {
        sender.await.unwrap();
    }
    assert_eq!(witness.verdict().await.unwrap(), (0, 0, SENDERS * EACH));
    witness.shutdown().await;
}
