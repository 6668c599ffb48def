//! `#[handler(always)]`: messages that are handled while `messages_if` holds others back.

use actor_runtime::{ActorHandle, Builder, Capacity, ExitReason, TrySendError, actor};
use tokio::sync::mpsc;

use crate::support::{Log, Rig, now, outcome, pending, ready, rig_with, still_pending};

/// Handles work while it is let.
struct Worker {
    lets: mpsc::UnboundedReceiver<bool>,
    is_let: bool,
    log: Log,
}

#[actor(messages_if = self.is_let)]
impl Worker {
    /// Is held back.
    pub(crate) fn work(&mut self, number: u32) {
        self.log.add(format!("work {number}"));
    }

    /// Is not.
    #[handler(always)]
    pub(crate) fn status(&mut self, number: u32) {
        self.log.add(format!("status {number}"));
    }

    /// Is not, and waits.
    #[handler(always)]
    pub(crate) async fn cancel(&mut self, number: u32) {
        tokio::task::yield_now().await;
        self.log.add(format!("cancel {number}"));
    }

    #[on(self.lets.recv())]
    fn is_let(&mut self, is_let: bool) {
        self.is_let = is_let;
    }
}

struct Subject {
    worker: WorkerHandle,
    actor: Rig<Worker>,
    lets: mpsc::UnboundedSender<bool>,
    log: Log,
}

/// An actor that holds work back.
fn holding(capacity: Capacity) -> Subject {
    let (sender, lets) = mpsc::unbounded_channel();
    let log = Log::default();
    let worker = Worker { lets, is_let: false, log: log.clone() };
    let (worker, mut actor) = rig_with(Builder::new().mailbox(capacity), worker);
    actor.turn();
    Subject { worker, actor, lets: sender, log }
}

#[test]
fn it_is_handled_although_others_are_held_back() {
    let Subject { worker, mut actor, lets, log } = holding(Capacity::DEFAULT);
    let mut status = Vec::new();
    for number in 0..3 {
        worker.work(number).try_cast().unwrap();
        status.push(pending(worker.status(number)));
        worker.cancel(number).cast_now().unwrap();
    }
    actor.turn();
    let handled = ["status 0", "cancel 0", "status 1", "cancel 1", "status 2", "cancel 2"];
    assert_eq!(log.take(), handled);
    assert_eq!(worker.mailbox_len(), 3);
    for mut status in status {
        ready(&mut status).unwrap();
    }
    let mut late = pending(worker.status(9));
    actor.turn();
    ready(&mut late).unwrap();
    lets.send(true).unwrap();
    actor.turn();
    assert_eq!(log.take(), ["status 9", "work 0", "work 1", "work 2"]);
}

#[test]
fn while_nothing_is_held_back_it_is_handled_in_its_turn() {
    let Subject { worker, mut actor, lets, log } = holding(Capacity::DEFAULT);
    worker.work(0).try_cast().unwrap();
    worker.status(0).try_cast().unwrap();
    actor.turn();
    assert_eq!(log.take(), ["status 0"]);
    lets.send(true).unwrap();
    actor.turn();
    for number in 1..4 {
        worker.work(number).try_cast().unwrap();
        worker.status(number).try_cast().unwrap();
    }
    actor.turn();
    assert_eq!(
        log.take(),
        ["work 0", "work 1", "status 1", "work 2", "status 2", "work 3", "status 3"]
    );
    // And back again, with messages of both kinds in the mailbox.
    worker.work(4).try_cast().unwrap();
    lets.send(false).unwrap();
    actor.turn();
    worker.work(5).try_cast().unwrap();
    worker.status(5).try_cast().unwrap();
    actor.turn();
    assert!(log.take().ends_with(&["status 5".to_owned()]));
}

#[test]
fn a_full_mailbox_does_not_keep_it_out() {
    let Subject { worker, mut actor, lets, log } = holding(Capacity::bounded(2));
    let mut work: Vec<_> = (0..4).map(|number| pending(worker.work(number))).collect();
    actor.turn();
    assert!(matches!(worker.status(0).try_cast(), Err(TrySendError::Full(_))));
    let mut status: Vec<_> = (0..2).map(|number| pending(worker.status(number))).collect();
    let mut cancel = pending(worker.cancel(2).cast());
    actor.turn();
    assert_eq!(log.take(), ["status 0", "status 1", "cancel 2"]);
    for status in &mut status {
        assert_eq!(outcome(status), "answered ()");
    }
    ready(&mut cancel).unwrap();
    assert_eq!((worker.stats().queued, worker.stats().waiting), (2, 2));
    for work in &mut work {
        still_pending(work);
    }
    lets.send(true).unwrap();
    actor.turn();
    assert_eq!(log.take(), ["work 0", "work 1", "work 2", "work 3"]);
    for work in &mut work {
        assert_eq!(outcome(work), "answered ()");
    }
}

#[test]
fn it_makes_room_for_others() {
    let Subject { worker, mut actor, log, .. } = holding(Capacity::bounded(1));
    worker.status(0).try_cast().unwrap();
    let mut work = pending(worker.work(0).cast());
    actor.turn();
    ready(&mut work).unwrap();
    assert_eq!((log.take(), worker.mailbox_len()), (vec!["status 0".to_owned()], 1));
}

#[test]
fn it_is_skipped_if_its_caller_is_gone() {
    let Subject { worker, mut actor, log, .. } = holding(Capacity::bounded(1));
    worker.work(0).try_cast().unwrap();
    drop(pending(worker.status(0)));
    let mut kept = pending(worker.status(1));
    actor.turn();
    assert_eq!(outcome(&mut kept), "answered ()");
    assert_eq!(log.take(), ["status 1"]);
}

#[test]
fn it_is_handled_while_the_actor_drains() {
    let Subject { worker, mut actor, lets, log } = holding(Capacity::DEFAULT);
    worker.work(0).try_cast().unwrap();
    let mut status = pending(worker.status(0));
    worker.close();
    actor.turn();
    ready(&mut status).unwrap();
    assert!(actor.runs(), "an event may let the rest through");
    worker.status(1).cast_now().unwrap();
    actor.turn();
    lets.send(true).unwrap();
    assert_eq!(actor.exit().reason, ExitReason::Shutdown);
    assert_eq!(log.take(), ["status 0", "status 1", "work 0"]);
}

#[test]
fn it_waits_for_the_end_of_a_lease() {
    let Subject { worker, mut actor, lets, log } = holding(Capacity::DEFAULT);
    lets.send(true).unwrap();
    actor.turn();
    let mut lease = pending(worker.lease());
    actor.turn();
    let lease = ready(&mut lease).unwrap();
    lets.send(false).unwrap();
    actor.turn();
    lease.work(0).try_cast().unwrap();
    worker.status(0).try_cast().unwrap();
    lease.status(1).try_cast().unwrap();
    actor.turn();
    assert_eq!(log.take(), ["status 1"]);
    lets.send(true).unwrap();
    actor.turn();
    drop(lease);
    actor.turn();
    assert_eq!(log.take(), ["work 0", "status 0"]);
    now(worker.status(2).cast()).unwrap();
}

#[test]
fn many_messages_pass_many_that_are_held_back() {
    const COUNT: u32 = 20_000;
    let Subject { worker, mut actor, log, .. } = holding(Capacity::UNBOUNDED);
    for number in 0..COUNT {
        worker.work(number).try_cast().unwrap();
        worker.status(number).try_cast().unwrap();
    }
    actor.turn();
    assert_eq!(log.len(), COUNT as usize);
    assert_eq!(worker.mailbox_len(), COUNT as usize);
}
