//! Promise 5: mailboxes are bounded by default, and a full mailbox makes its senders wait. A
//! mailbox is unbounded only on request.

use actor_runtime::{Actor, ActorHandle, Builder, Capacity, TrySendError, actor};

use crate::support::{Gate, Log, Probe, pending, ready, rig, rig_with};

/// Sets no capacity.
#[derive(Default)]
struct Plain(usize);

#[actor]
impl Plain {
    /// Counts.
    pub(crate) fn count(&mut self) -> usize {
        self.0 += 1;
        self.0
    }
}

/// Has an unbounded mailbox.
#[derive(Default)]
struct Glutton(usize);

#[actor(mailbox = unbounded)]
impl Glutton {
    /// Counts.
    pub(crate) fn count(&mut self) -> usize {
        self.0 += 1;
        self.0
    }
}

#[test]
fn a_mailbox_is_bounded_by_default() {
    let (plain, _actor) = rig(Plain::default());
    assert_eq!(plain.mailbox_capacity(), Capacity::bounded(64));
    for _ in 0..64 {
        plain.count().try_cast().unwrap();
    }
    assert!(matches!(plain.count().try_cast(), Err(TrySendError::Full(_))));
    assert!(matches!(plain.count().try_call(), Err(TrySendError::Full(_))));
    assert_eq!(plain.mailbox_len(), 64);
}

#[test]
fn a_mailbox_has_the_requested_bound() {
    assert_eq!(Probe::MAILBOX, Capacity::bounded(2));
    let options = Builder::new().mailbox(Capacity::bounded(5));
    let (probe, _actor) = rig_with(options, Probe::new(&Log::default()));
    assert_eq!(probe.mailbox_capacity().messages(), Some(5));
    let accepted = (0..100).filter(|&number| probe.note(number).try_cast().is_ok()).count();
    assert_eq!(accepted, 5);
}

#[test]
fn a_mailbox_is_unbounded_only_on_request() {
    let (glutton, mut actor) = rig(Glutton::default());
    assert_eq!(Glutton::MAILBOX, Capacity::UNBOUNDED);
    for _ in 0..10_000 {
        glutton.count().try_cast().unwrap();
    }
    assert_eq!(glutton.mailbox_len(), 10_000);
    glutton.close();
    assert_eq!(actor.exit().actor.unwrap().0, 10_000);
}

#[test]
fn a_full_mailbox_makes_senders_wait() {
    let (log, gate) = (Log::default(), Gate::default());
    let (probe, mut actor) = rig(Probe::new(&log));
    probe.wait(gate.clone()).try_cast().unwrap();
    actor.turn();
    probe.wait(gate.clone()).try_cast().unwrap();
    probe.wait(gate.clone()).try_cast().unwrap();
    let mut one = pending(probe.note(1).cast());
    let mut two = pending(probe.note(2).sent());
    let _three = pending(probe.note(3));
    assert_eq!((probe.stats().queued, probe.stats().waiting), (2, 3));
    // Each message that is taken makes room for one sender, and for no more.
    gate.open();
    actor.turn();
    ready(&mut one).unwrap();
    assert!(!two.is_woken());
    assert_eq!((probe.stats().queued, probe.stats().waiting), (2, 2));
    gate.open();
    actor.turn();
    let _answer = ready(&mut two).unwrap();
    assert_eq!((probe.stats().queued, probe.stats().waiting), (2, 1));
}

#[test]
fn cast_now_exceeds_the_bound_and_makes_no_room() {
    let (log, gate) = (Log::default(), Gate::default());
    let (probe, mut actor) = rig(Probe::new(&log));
    probe.wait(gate.clone()).try_cast().unwrap();
    probe.wait(gate.clone()).try_cast().unwrap();
    probe.wait(gate.clone()).cast_now().unwrap();
    assert_eq!(probe.mailbox_len(), 3);
    let one = pending(probe.note(1).cast());
    actor.turn();
    assert_eq!(probe.mailbox_len(), 2);
    assert!(!one.is_woken(), "two messages are in a mailbox for two");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mailbox_never_holds_more_than_its_bound() {
    let probe = actor_runtime::spawn(Probe::new(&Log::default()));
    let senders: Vec<_> = (0..8)
        .map(|_| {
            let probe = probe.clone();
            tokio::spawn(async move {
                let mut most = 0;
                for number in 0..200 {
                    probe.note(number).cast().await.unwrap();
                    most = most.max(probe.mailbox_len());
                }
                most
            })
        })
        .collect();
    for sender in senders {
        assert!(sender.await.unwrap() <= 2);
    }
    probe.shutdown().await;
}
