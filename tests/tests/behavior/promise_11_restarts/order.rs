//! `restarted()` and `exited()`: what is over when they are ready, and what they report.

use std::time::Duration;

use actor_runtime::{ActorHandle, Builder, Life, Restart, Restarts, select};

use super::{MINUTE, Shop, Worker, WorkerHandle, after_a_second, at_once, rig_of};
use crate::support::{Rig, now, outcome, pending, ready, said, still_pending};

fn worker() -> (WorkerHandle, Rig<Worker>, Shop) {
    let shop = Shop::default();
    let makes = shop.clone();
    let (worker, mut actor) = rig_of(at_once(), move |life| makes.worker(life));
    actor.turn();
    (worker, actor, shop)
}

fn told(restart: &Result<Restart, actor_runtime::ExitReason>) -> String {
    match restart {
        Ok(restart) => format!("life {}: {}", restart.number, restart.reason),
        Err(reason) => format!("ended: {reason}"),
    }
}

#[test]
fn restarted_is_ready_when_every_call_of_the_life_before_is_over() {
    let (worker, mut actor, shop) = worker();
    let mut restarted = pending(worker.restarted());
    let mut kept = pending(worker.keep());
    actor.turn();
    let mut fail = pending(worker.fail());
    let mut next = pending(worker.note(1));
    let mut seen = Vec::new();
    actor.turn_with(&mut || {
        if restarted.is_woken() && seen.is_empty() {
            seen.push(told(&ready(&mut restarted)));
            seen.push(outcome(&mut fail));
            seen.push(outcome(&mut kept));
            seen.extend(shop.log.take());
        }
    });
    let expected = [
        "life 1: `Worker::fail` panicked: broken",
        "`Worker::fail` panicked: broken",
        "the actor stopped before it answered `Worker::keep`",
        "made 0",
        "dropped",
        "made 1",
    ];
    assert_eq!(seen[..6], expected);
    assert_eq!(outcome(&mut next), "answered 1");
}

#[tokio::test]
async fn a_race_never_sees_the_restart_before_the_answer() {
    let shop = Shop::default();
    let builder = Builder::new().restart(Restarts::at_once(usize::MAX, MINUTE));
    let worker = builder.spawn_with(move |life| shop.worker(life));
    for _ in 0..100 {
        let restarted = worker.restarted();
        let answer = worker.fail().sent().await.unwrap();
        let mut answer = std::pin::pin!(answer);
        let first = select! {
            biased;
            answer = &mut answer => said(answer),
            restarted = restarted => told(&restarted),
        };
        assert_eq!(first, "`Worker::fail` panicked: broken");
    }
}

#[test]
fn restarted_counts_from_its_creation() {
    let (worker, mut actor, _) = worker();
    let before = worker.restarted();
    worker.fail().try_cast().unwrap();
    actor.turn();
    assert_eq!(now(before).unwrap().number, 1, "polled for the first time");
    let mut after = pending(worker.restarted());
    worker.fail().try_cast().unwrap();
    worker.fail().try_cast().unwrap();
    actor.turn();
    assert_eq!(ready(&mut after).unwrap().number, 3, "several restarts are one");
    still_pending(&mut pending(worker.restarted()));
}

#[test]
fn restarted_tells_that_the_actor_has_ended_instead() {
    let (worker, mut actor, _) = worker();
    let mut restarted = pending(worker.restarted());
    worker.close();
    assert_eq!(actor.reason(), "shut down");
    assert_eq!(told(&ready(&mut restarted)), "ended: shut down");
    assert_eq!(told(&now(worker.restarted())), "ended: shut down");
}

#[test]
fn an_actor_that_is_not_restarted_only_ends() {
    let (probe, mut actor) = crate::support::rig(crate::support::Probe::new(&Default::default()));
    let mut restarted = pending(probe.restarted());
    probe.fail("broken").try_cast().unwrap();
    assert_eq!(actor.reason(), "`Probe::fail` panicked: broken");
    assert_eq!(told(&ready(&mut restarted)), "ended: `Probe::fail` panicked: broken");
    assert_eq!(probe.stats().restarts, Default::default());
}

#[test]
fn a_watcher_that_is_dropped_is_forgotten() {
    let (worker, mut actor, _) = worker();
    drop(pending(worker.restarted()));
    let mut kept = pending(worker.restarted());
    worker.fail().try_cast().unwrap();
    actor.turn();
    assert_eq!(ready(&mut kept).unwrap().number, 1);
}

#[test]
fn exited_is_ready_at_the_last_end_only() {
    let shop = Shop::default();
    let makes = shop.clone();
    let once = Builder::new().restart(Restarts::at_once(1, MINUTE));
    let (worker, mut actor) = rig_of(once, move |life| makes.worker(life));
    let mut exited = pending(worker.exited());
    let mut fail = pending(worker.fail());
    actor.turn();
    assert!(!exited.is_woken());
    assert!(ready(&mut fail).is_err());
    assert_eq!(worker.exit_reason(), None);
    let mut kept = pending(worker.keep());
    worker.fail().try_cast().unwrap();
    let mut seen = Vec::new();
    actor.turn_with(&mut || {
        if exited.is_woken() && seen.is_empty() {
            seen.push(ready(&mut exited).to_string());
            seen.push(outcome(&mut kept));
        }
    });
    let expected =
        ["`Worker::fail` panicked: broken", "the actor stopped before it answered `Worker::keep`"];
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn an_actor_cannot_wait_for_its_own_restart() {
    let (_selfish, run) = at_once().pair_with(|life: &Life<super::SelfishHandle>| super::Selfish {
        me: life.handle().clone(),
    });
    let reason = run.await.reason.to_string();
    assert!(reason.contains("waits for its own restart in one of its handlers"), "{reason}");
}

#[tokio::test(start_paused = true)]
async fn statistics_have_the_restarts() {
    let shop = Shop::default();
    let worker = after_a_second().spawn_with(move |life| shop.worker(life));
    let restarts = worker.stats().restarts;
    assert_eq!((restarts.times, restarts.reason, restarts.elapsed), (0, None, None));
    assert!(!restarts.is_down);
    assert!(worker.fail().await.is_err());
    tokio::time::sleep(Duration::from_millis(500)).await;
    let restarts = worker.stats().restarts;
    assert_eq!((restarts.times, restarts.is_down), (0, true));
    assert_eq!(restarts.reason.unwrap().to_string(), "`Worker::fail` panicked: broken");
    assert_eq!(worker.stats().running, None);
    assert_eq!(worker.note(1).await, Ok(1));
    let restarts = worker.stats().restarts;
    assert_eq!((restarts.times, restarts.is_down), (1, false));
    assert!(restarts.elapsed.is_some());
}

#[test]
fn handles_names_and_ids_stay_the_same() {
    let shop = Shop::default();
    let makes = shop.clone();
    let weak = std::rc::Rc::new(std::cell::RefCell::new(Vec::new()));
    let seen = weak.clone();
    let named = Builder::new().name("the worker").restart(Restarts::at_once(1, MINUTE));
    let (worker, mut actor) = rig_of(named, move |life| {
        seen.borrow_mut().push(life.handle().clone());
        makes.worker(life)
    });
    let (before, id) = (worker.downgrade(), worker.id());
    worker.fail().try_cast().unwrap();
    actor.turn();
    assert_eq!((worker.name(), worker.id()), ("the worker", id));
    assert!(before.upgrade().unwrap().is_same_actor(&worker));
    assert_eq!(*weak.borrow(), [before.clone(), before]);
}
