//! What becomes of calls, messages and leases in a restart.

use actor_runtime::{
    ActorHandle, Builder, CallErrorKind, Life, Reply, Restarts, SendError, TrySendError, actor,
};
use std::collections::VecDeque;

use super::{MINUTE, Shop, Worker, WorkerHandle, at_once, rig_of};
use crate::support::{Gate, Log, Rig, now, outcome, pending, ready, still_pending};

fn worker() -> (WorkerHandle, Rig<Worker>, Shop) {
    let shop = Shop::default();
    let makes = shop.clone();
    let (worker, mut actor) = rig_of(at_once(), move |life| makes.worker(life));
    actor.turn();
    assert_eq!(shop.log.take(), ["made 0"]);
    (worker, actor, shop)
}

#[test]
fn the_call_that_panicked_fails_and_is_not_run_again() {
    let (worker, mut actor, shop) = worker();
    let mut fail = pending(worker.fail());
    actor.turn();
    assert_eq!(outcome(&mut fail), "`Worker::fail` panicked: broken");
    assert!(actor.runs());
    assert_eq!(shop.log.take(), ["dropped", "made 1"]);
    let stats = worker.stats();
    assert_eq!((stats.counts.handled, stats.counts.panicked, stats.restarts.times), (1, 1, 1));
}

#[test]
fn messages_and_senders_that_wait_for_room_stay_in_order() {
    let (worker, mut actor, shop) = worker();
    let mut fail = pending(worker.fail());
    let mut calls: Vec<_> = (1..6).map(|number| pending(worker.note(number))).collect();
    assert_eq!((worker.stats().queued, worker.stats().waiting), (2, 4));
    actor.turn();
    assert_eq!(outcome(&mut fail), "`Worker::fail` panicked: broken");
    for call in &mut calls {
        assert_eq!(outcome(call), "answered 1");
    }
    let mut expected = vec!["dropped".to_owned(), "made 1".to_owned()];
    expected.extend((1..6).map(|number| format!("note {number} in 1")));
    assert_eq!(shop.log.take(), expected);
}

#[test]
fn each_of_many_panics_costs_one_message() {
    let (worker, mut actor, shop) = worker();
    let mut calls = Vec::new();
    for number in 1..=5 {
        calls.push((pending(worker.note(number)), pending(worker.fail())));
    }
    actor.turn();
    for (life, (note, fail)) in calls.iter_mut().enumerate() {
        assert_eq!(outcome(note), format!("answered {life}"));
        assert_eq!(outcome(fail), "`Worker::fail` panicked: broken");
    }
    assert_eq!(worker.stats().restarts.times, 5);
    assert_eq!(shop.log.take().iter().filter(|line| *line == "dropped").count(), 5);
}

#[test]
fn a_panic_after_an_await_is_the_same() {
    let (worker, mut actor, _) = worker();
    let gate = Gate::default();
    let mut fail = pending(worker.fail_behind(gate.clone()));
    let mut note = pending(worker.note(1));
    actor.turn();
    gate.open();
    actor.turn();
    assert_eq!(outcome(&mut fail), "`Worker::fail_behind` panicked: behind the gate");
    assert_eq!(outcome(&mut note), "answered 1");
}

#[test]
fn a_dropped_call_is_skipped_in_the_next_life() {
    let (worker, mut actor, shop) = worker();
    worker.fail().try_cast().unwrap();
    drop(pending(worker.note(1)));
    actor.turn();
    assert_eq!(shop.log.take(), ["dropped", "made 1"]);
    assert_eq!(worker.stats().counts.skipped, 1);
}

#[test]
fn what_the_old_state_owed_fails_with_stopped() {
    let (worker, mut actor, _) = worker();
    let mut kept = pending(worker.keep());
    actor.turn();
    let mut stream = now(worker.stream().sent()).unwrap();
    worker.fail().try_cast().unwrap();
    actor.turn();
    assert_eq!(outcome(&mut kept), "the actor stopped before it answered `Worker::keep`");
    assert_eq!(now(stream.next()), Some(Ok(0)), "what was sent stays");
    let error = now(stream.next()).unwrap().unwrap_err();
    assert!(matches!(error.kind(), CallErrorKind::Stopped), "{error}");
}

#[test]
fn every_call_is_over_when_the_factory_runs() {
    let log = Log::default();
    let shop = Shop::default();
    let (makes, seen) = (shop.clone(), log.clone());
    // Set once the call exists, and read by the factory.
    let call = std::rc::Rc::new(std::cell::RefCell::new(None));
    let read = call.clone();
    let (worker, mut actor) = rig_of(at_once(), move |life: &Life<WorkerHandle>| {
        if let Some(mut call) = read.borrow_mut().take() {
            seen.add(outcome::<u64>(&mut call));
        }
        makes.worker(life)
    });
    let worker: &'static WorkerHandle = Box::leak(Box::new(worker));
    let kept = pending(worker.keep());
    actor.turn();
    *call.borrow_mut() = Some(kept);
    worker.fail().try_cast().unwrap();
    actor.turn();
    assert_eq!(log.take(), ["the actor stopped before it answered `Worker::keep`"]);
}

#[test]
fn a_lease_ends_without_its_hook() {
    let (worker, mut actor, shop) = worker();
    let mut lease = pending(worker.lease());
    actor.turn();
    let lease = ready(&mut lease).unwrap();
    let mut next = pending(worker.lease());
    let mut note = pending(worker.note(2));
    let mut fail = pending(lease.fail());
    let mut queued = pending(lease.note(1));
    actor.turn();
    assert_eq!(outcome(&mut fail), "`Worker::fail` panicked: broken");
    assert_eq!(outcome(&mut queued), "the actor stopped before it answered `Worker::note`");
    let error = now(lease.note(1)).unwrap_err();
    assert!(matches!(error.kind(), CallErrorKind::LeaseEnded), "{error}");
    drop((fail, queued));
    let error = now(lease.release()).unwrap_err();
    assert!(matches!(error.kind(), CallErrorKind::Stopped), "{error}");
    assert_eq!(shop.log.take(), ["dropped", "made 1"], "no `release`");
    assert!(actor.runs());

    // The lease that waited is granted, and then the message that waited behind it is handled.
    let lease = ready(&mut next).unwrap();
    let mut first = pending(lease.note(1));
    actor.turn();
    assert_eq!(outcome(&mut first), "answered 1");
    still_pending(&mut note);
    drop(first);
    drop(lease);
    actor.turn();
    assert_eq!(outcome(&mut note), "answered 1");
    assert_eq!(shop.log.take(), ["note 1 in 1", "release", "note 2 in 1"]);
}

#[test]
fn a_panic_in_on_release_fails_the_release() {
    let (worker, mut actor, shop) = worker();
    let mut lease = pending(worker.lease());
    actor.turn();
    let lease = ready(&mut lease).unwrap();
    shop.script.panic_in("release");
    let mut release = pending(lease.release());
    let mut note = pending(worker.note(1));
    actor.turn();
    let error = ready(&mut release).unwrap_err();
    assert!(matches!(error.kind(), CallErrorKind::Panicked { .. }), "{error}");
    assert_eq!(outcome(&mut note), "answered 1");
}

/// Its elements come back if they are not read.
struct Queue {
    elements: VecDeque<u32>,
    log: Log,
    fails: bool,
}

#[actor]
impl Queue {
    /// Takes the first element.
    #[cancel_safe(undelivered = put_back)]
    pub(crate) fn pop(&mut self) -> Option<u32> {
        self.elements.pop_front()
    }

    /// Takes the first element later.
    #[cancel_safe(undelivered = put_back)]
    pub(crate) fn pop_later(&mut self, reply: Reply<u32>) {
        drop(reply);
    }

    fn put_back(&mut self, element: impl Into<Option<u32>>) {
        let element = element.into();
        assert!(!self.fails, "cannot put {element:?} back");
        self.log.add(format!("back {element:?}"));
        self.elements.extend(element);
    }

    /// Panics.
    pub(crate) fn fail(&mut self) {
        panic!("broken");
    }

    /// Makes the next return of an element panic.
    pub(crate) fn fail_at_return(&mut self) {
        self.fails = true;
    }
}

fn queue(log: &Log) -> (QueueHandle, Rig<Queue>) {
    let log = log.clone();
    rig_of(at_once(), move |_| Queue { elements: [1, 2].into(), log: log.clone(), fails: false })
}

#[test]
fn answers_that_were_given_may_be_read_and_come_back_to_no_later_life() {
    let log = Log::default();
    let (queue, mut actor) = queue(&log);
    let mut read = pending(queue.pop());
    let dropped = pending(queue.pop());
    let mut fail = pending(queue.fail());
    actor.turn();
    assert!(ready(&mut fail).is_err());
    assert_eq!(ready(&mut read), Ok(Some(1)));
    drop(dropped);
    actor.turn();
    let mut next = pending(queue.pop());
    actor.turn();
    assert_eq!(ready(&mut next), Ok(Some(1)), "the next life has elements of its own");
    assert_eq!(log.len(), 0, "nothing came back");

    // What the next life answers comes back to it.
    let dropped = pending(queue.pop());
    actor.turn();
    drop(dropped);
    actor.turn();
    assert_eq!(log.take(), ["back Some(2)"]);
}

#[test]
fn a_panic_over_an_answer_that_came_back_restarts_the_actor() {
    let log = Log::default();
    let (queue, mut actor) = queue(&log);
    let dropped = pending(queue.pop());
    queue.fail_at_return().try_cast().unwrap();
    actor.turn();
    drop(dropped);
    actor.turn();
    let restarts = queue.stats().restarts;
    assert_eq!(
        restarts.reason.unwrap().to_string(),
        "`Queue::undelivered` panicked: cannot put Some(1) back"
    );
    let mut next = pending(queue.pop());
    actor.turn();
    assert_eq!(ready(&mut next), Ok(Some(1)));
}

#[test]
fn room_is_as_ever_between_two_lives() {
    // The factory runs between two lives, so it is where this can be seen without a clock.
    let shop = Shop::default();
    let (makes, log) = (shop.clone(), shop.log.clone());
    let factory = move |life: &Life<WorkerHandle>| {
        if life.number() == 1 {
            let me = life.handle().upgrade().unwrap();
            me.note(1).try_cast().unwrap();
            me.note(2).try_cast().unwrap();
            let Err(TrySendError::Full(_)) = me.note(3).try_cast() else { panic!("not full") };
            me.note(4).cast_now().unwrap();
            log.add("sent");
        }
        makes.worker(life)
    };
    let (worker, mut actor) = rig_of(at_once(), factory);
    worker.fail().try_cast().unwrap();
    actor.turn();
    let expected =
        ["made 0", "dropped", "sent", "made 1", "note 1 in 1", "note 2 in 1", "note 4 in 1"];
    assert_eq!(shop.log.take(), expected);
}

#[test]
fn an_actor_that_may_not_be_restarted_ends_and_refuses_what_comes_later() {
    let shop = Shop::default();
    let makes = shop.clone();
    let twice = Builder::new().restart(Restarts::at_once(2, MINUTE));
    let (worker, mut actor) = rig_of(twice, move |life| makes.worker(life));
    let mut fails: Vec<_> = (0..3).map(|_| pending(worker.fail())).collect();
    let mut queued = pending(worker.note(1));
    actor.turn();
    for fail in &mut fails {
        assert_eq!(outcome(fail), "`Worker::fail` panicked: broken");
    }
    assert_eq!(outcome(&mut queued), "the actor stopped before it answered `Worker::note`");
    assert_eq!(actor.reason(), "`Worker::fail` panicked: broken");
    assert_eq!(worker.stats().restarts.times, 2);
    assert!(matches!(now(worker.note(1)).unwrap_err().kind(), CallErrorKind::Closed));
    assert!(matches!(now(worker.note(1).cast()), Err(SendError::Closed(_))));
}
