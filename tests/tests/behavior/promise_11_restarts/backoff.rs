//! The time between two lives: messages, shutdown, abort and the last handle.

use std::time::Duration;

use actor_runtime::{
    ActorHandle, Builder, CallErrorKind, ExitReason, Restarts, Scope, TrySendError,
};
use tokio::time::{self, Instant};

use super::{MINUTE, Shop, WorkerHandle, after_a_second};
use crate::support::{outcome, pending, ready, said, still_pending};

const SECOND: Duration = Duration::from_secs(1);

/// An actor that is in its backoff.
async fn in_backoff(shop: &Shop) -> WorkerHandle {
    let makes = shop.clone();
    let worker = after_a_second().spawn_with(move |life| makes.worker(life));
    assert_eq!(said(worker.fail().await), "`Worker::fail` panicked: broken");
    until_dropped(shop).await;
    assert_eq!(shop.log.take(), ["made 0", "dropped"]);
    assert!(worker.stats().restarts.is_down);
    worker
}

/// Waits until the state was dropped. The clock stands still.
async fn until_dropped(shop: &Shop) {
    while shop.log.len() < 2 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(start_paused = true)]
async fn messages_are_accepted_in_the_backoff_and_room_is_as_ever() {
    let shop = Shop::default();
    let worker = in_backoff(&shop).await;
    let mut calls: Vec<_> = (1..=3).map(|number| pending(worker.note(number))).collect();
    let Err(TrySendError::Full(_)) = worker.note(4).try_cast() else { panic!("not full") };
    assert_eq!((worker.stats().queued, worker.stats().waiting), (2, 1));
    drop(calls.pop());
    assert_eq!(worker.stats().waiting, 0, "dropping withdraws");
    let error = worker.note(5).timeout(SECOND / 2).await.unwrap_err();
    assert!(matches!(error.kind(), CallErrorKind::TimedOut { .. }), "{error}");
    calls.push(pending(worker.note(6)));
    time::sleep(SECOND).await;
    for call in &mut calls {
        assert_eq!(outcome(call), "answered 1");
    }
    assert_eq!(shop.log.take(), ["made 1", "note 1 in 1", "note 2 in 1", "note 6 in 1"]);
}

#[tokio::test(start_paused = true)]
async fn the_backoff_lasts_as_long_as_it_is_set_and_doubles() {
    let shop = Shop::default();
    let makes = shop.clone();
    let restarts = Restarts::new(10, MINUTE).backoff(SECOND..=3 * SECOND);
    let worker = Builder::new().restart(restarts).spawn_with(move |life| makes.worker(life));
    for (life, seconds) in [(1, 1), (2, 2), (3, 3), (4, 3)] {
        let begun = Instant::now();
        assert!(worker.fail().await.is_err());
        assert_eq!(worker.note(0).await, Ok(life));
        let (waited, expected) = (begun.elapsed(), seconds * SECOND);
        let tolerance = expected / 10 + Duration::from_millis(2);
        assert!(waited + tolerance >= expected, "{waited:?} of {expected:?}");
        assert!(waited <= expected + tolerance, "{waited:?} of {expected:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_cuts_the_backoff_short_and_handles_what_was_accepted() {
    let shop = Shop::default();
    let worker = in_backoff(&shop).await;
    let begun = Instant::now();
    let mut queued = pending(worker.note(1));
    assert_eq!(worker.shutdown().await, ExitReason::Shutdown);
    assert_eq!(begun.elapsed(), Duration::ZERO);
    assert_eq!(outcome(&mut queued), "answered 1");
    assert_eq!(shop.log.take(), ["made 1", "note 1 in 1", "stop", "dropped"]);
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_without_messages_still_runs_on_stop() {
    let shop = Shop::default();
    let worker = in_backoff(&shop).await;
    assert_eq!(worker.shutdown().await, ExitReason::Shutdown);
    assert_eq!(shop.log.take(), ["made 1", "stop", "dropped"]);
}

#[tokio::test(start_paused = true)]
async fn a_panic_during_a_shutdown_restarts_without_a_backoff() {
    let shop = Shop::default();
    let makes = shop.clone();
    let worker = after_a_second().spawn_with(move |life| makes.worker(life));
    let begun = Instant::now();
    let mut fail = pending(worker.fail());
    worker.note(1).try_cast().unwrap();
    assert_eq!(worker.shutdown().await, ExitReason::Shutdown);
    assert_eq!(begun.elapsed(), Duration::ZERO);
    assert!(ready(&mut fail).is_err());
    assert_eq!(shop.log.take(), ["made 0", "dropped", "made 1", "note 1 in 1", "stop", "dropped"]);
}

#[tokio::test(start_paused = true)]
async fn a_scope_shuts_down_what_is_in_its_backoff() {
    let (shop, scope) = (Shop::default(), Scope::new());
    let worker = in_backoff(&shop).await;
    scope.add(&worker);
    worker.note(1).try_cast().unwrap();
    let begun = Instant::now();
    let ended = scope.shutdown().await;
    assert_eq!(ended[0].reason, Some(ExitReason::Shutdown));
    assert_eq!(begun.elapsed(), Duration::ZERO);
    assert_eq!(shop.log.take(), ["made 1", "note 1 in 1", "stop", "dropped"]);
}

#[tokio::test(start_paused = true)]
async fn the_last_handle_dropped_in_a_backoff_ends_an_actor_without_messages() {
    let shop = Shop::default();
    let worker = in_backoff(&shop).await;
    let begun = Instant::now();
    let exited = worker.exited();
    drop(worker);
    assert_eq!(exited.await, ExitReason::HandlesDropped);
    assert_eq!(begun.elapsed(), Duration::ZERO);
    assert_eq!(shop.log.len(), 0, "no state was made");
}

#[tokio::test(start_paused = true)]
async fn the_last_handle_dropped_in_a_backoff_leaves_what_was_accepted_to_handle() {
    let shop = Shop::default();
    let worker = in_backoff(&shop).await;
    worker.note(1).try_cast().unwrap();
    let exited = worker.exited();
    drop(worker);
    assert_eq!(exited.await, ExitReason::HandlesDropped);
    assert_eq!(shop.log.take(), ["made 1", "note 1 in 1", "stop", "dropped"]);
}

#[tokio::test(start_paused = true)]
async fn an_abort_in_a_backoff_ends_the_actor_at_once() {
    let shop = Shop::default();
    let worker = in_backoff(&shop).await;
    let begun = Instant::now();
    let mut queued = pending(worker.note(1));
    worker.abort();
    assert_eq!(worker.exited().await, ExitReason::Aborted);
    assert_eq!(begun.elapsed(), Duration::ZERO);
    assert_eq!(outcome(&mut queued), "the actor stopped before it answered `Worker::note`");
    assert_eq!(shop.log.len(), 0, "no state was made");
}

#[tokio::test]
async fn a_factory_that_always_panics_does_not_keep_other_tasks_from_an_abort() {
    let shop = Shop::default();
    let makes = shop.clone();
    let builder = Builder::new().restart(Restarts::at_once(usize::MAX, MINUTE));
    let worker = builder.spawn_with(move |life| {
        assert!(life.number() == 0, "again");
        makes.worker(life)
    });
    assert!(worker.fail().await.is_err());
    while worker.stats().restarts.times < 10 {
        tokio::task::yield_now().await;
    }
    worker.abort();
    assert_eq!(worker.exited().await, ExitReason::Aborted);
}

#[tokio::test(start_paused = true)]
async fn a_lease_that_is_asked_for_in_a_backoff_is_granted_in_its_turn() {
    let shop = Shop::default();
    let worker = in_backoff(&shop).await;
    let mut lease = pending(worker.lease());
    let mut note = pending(worker.note(2));
    time::sleep(2 * SECOND).await;
    let lease = ready(&mut lease).unwrap();
    assert_eq!(lease.note(1).await, Ok(1));
    still_pending(&mut note);
    lease.release().await.unwrap();
    assert_eq!(note.await, Ok(1));
    assert_eq!(shop.log.take(), ["made 1", "note 1 in 1", "release", "note 2 in 1"]);
}

#[test]
fn the_backoff_needs_no_timer() {
    let shop = Shop::default();
    let makes = shop.clone();
    let millisecond = Duration::from_millis(1);
    let restarts = Restarts::new(10, MINUTE).backoff(millisecond..=millisecond);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let worker = Builder::new().restart(restarts).spawn_with(move |life| makes.worker(life));
        assert!(worker.fail().await.is_err());
        assert_eq!(worker.note(1).await, Ok(1));
    });
}
