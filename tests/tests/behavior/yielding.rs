//! Tasks that send without ever waiting, and tokio's budget, which lets other tasks run meanwhile.

use std::{
    future::poll_fn,
    mem,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::Poll,
};

use actor_runtime::{ActorHandle, Builder, Capacity, actor, spawn};
use tokio::task::{consume_budget, coop::has_budget_remaining, unconstrained, yield_now};

use crate::support::{now, pending, ready};

#[derive(Default)]
struct Tally(usize);

#[actor]
impl Tally {
    pub(crate) fn add(&mut self) {
        self.0 += 1;
    }

    pub(crate) fn sum(&self) -> usize {
        self.0
    }
}

/// More than a task may send at once, and less than a mailbox holds.
const MANY: usize = 1000;

fn roomy() -> TallyHandle {
    Builder::new().mailbox(Capacity::bounded(2 * MANY)).spawn(Tally::default())
}

/// Counts how often other tasks run until `sender` is done.
async fn turns_of_others(sender: impl Future<Output = ()> + Send + 'static) -> usize {
    let turns = Arc::new(AtomicUsize::new(0));
    let other = tokio::spawn({
        let turns = turns.clone();
        async move {
            loop {
                turns.fetch_add(1, Ordering::Relaxed);
                to_the_end_of_the_queue().await;
            }
        }
    });
    tokio::spawn(sender).await.unwrap();
    other.abort();
    turns.load(Ordering::Relaxed)
}

#[tokio::test]
async fn a_task_that_only_casts_lets_others_run() {
    let tally = roomy();
    let casts = tally.clone();
    let turns = turns_of_others(async move {
        for _ in 0..MANY {
            casts.add().cast().await.unwrap();
        }
    });
    let turns = turns.await;
    assert!(turns >= MANY / 128, "{turns}");
    assert_eq!(tally.sum().await, Ok(MANY));
}

#[tokio::test]
async fn a_task_that_only_calls_lets_others_run() {
    let tally = roomy();
    let calls = tally.clone();
    let turns = turns_of_others(async move {
        for _ in 0..MANY {
            calls.add().await.unwrap();
        }
    });
    let turns = turns.await;
    assert!(turns >= MANY / 128, "{turns}");
    assert_eq!(tally.sum().await, Ok(MANY));
}

#[tokio::test]
async fn an_unconstrained_task_does_not_yield() {
    let tally = roomy();
    tally.sum().await.unwrap();
    now(unconstrained(async {
        for _ in 0..MANY {
            tally.add().cast().await.unwrap();
        }
    }));
    assert_eq!(tally.sum().await, Ok(MANY));
}

#[tokio::test]
async fn a_cast_that_is_dropped_before_its_turn_was_not_sent() {
    let tally = spawn(Tally::default());
    assert_eq!(tally.sum().await, Ok(0));
    use_up_the_budget();
    drop(pending(tally.add().cast()));
    drop(pending(tally.add().sent()));
    let mut kept = pending(tally.add().cast());
    while !kept.is_woken() {
        yield_now().await;
    }
    ready(&mut kept).unwrap();
    assert_eq!(tally.sum().await, Ok(1));
}

#[tokio::test]
async fn a_cast_without_budget_ends_with_its_actor() {
    let tally = spawn(Tally::default());
    assert_eq!(tally.sum().await, Ok(0));
    use_up_the_budget();
    let mut cast = pending(tally.add().cast());
    tally.abort();
    while !cast.is_woken() {
        yield_now().await;
    }
    tally.exited().await;
    ready(&mut cast).unwrap_err();
}

/// Unlike [`yield_now`], which waits until all tasks of the queue have run, or many of them.
async fn to_the_end_of_the_queue() {
    let mut was_polled = false;
    poll_fn(|cx| {
        if mem::replace(&mut was_polled, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

fn use_up_the_budget() {
    while has_budget_remaining() {
        now(consume_budget());
    }
}
