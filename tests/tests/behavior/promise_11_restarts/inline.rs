//! Handlers on the threads of their callers, in every life.

use std::thread::{self, ThreadId};

use actor_runtime::{ActorHandle, Builder, ExitReason, Life, OnPanic, Restarts, actor};
use tokio::task::yield_now;

use super::{MINUTE, Shop, at_once};
use crate::support::{Log, inlined, pending, runs_inline, said};

/// Tells where its handlers run.
struct Desk {
    life: u64,
    log: Log,
    fails: bool,
}

#[actor]
impl Desk {
    /// Returns the number of the life, the thread and the task.
    pub(crate) fn at(&self) -> (u64, ThreadId, Option<tokio::task::Id>) {
        (self.life, thread::current().id(), tokio::task::try_id())
    }

    /// Panics.
    pub(crate) fn fail(&mut self) -> u64 {
        self.log.add(format!("{:?} fails", tokio::task::try_id()));
        panic!("broken");
    }

    /// Takes an element that comes back.
    #[cancel_safe(undelivered = put_back)]
    pub(crate) fn take(&mut self) -> u64 {
        self.life
    }

    /// Lets the return of an element panic.
    pub(crate) fn fail_at_return(&mut self) {
        self.fails = true;
    }

    fn put_back(&mut self, element: u64) {
        assert!(!self.fails, "cannot put {element} back");
    }
}

fn desk(log: &Log) -> impl FnMut(&Life<DeskHandle>) -> Desk + use<> {
    let log = log.clone();
    move |life| Desk { life: life.number(), log: log.clone(), fails: false }
}

/// Lets the loop come to rest.
async fn rest() {
    for _ in 0..20 {
        yield_now().await;
    }
}

#[tokio::test]
async fn handlers_run_inline_in_every_life() {
    let builder = Builder::new().restart(Restarts::at_once(usize::MAX, MINUTE));
    let desk = builder.spawn_with(desk(&Log::default()));
    let own = thread::current().id();
    for life in 0..5 {
        rest().await;
        // Ready at the first poll, so no task was switched.
        let (in_life, thread, task) = inlined(desk.at()).await.unwrap();
        assert_eq!((in_life, thread), (life, own));
        assert_eq!(task == tokio::task::try_id(), runs_inline());
        assert_eq!(said(inlined(desk.fail()).await), "`Desk::fail` panicked: broken");
        assert!(!desk.is_closed(), "it is restarted");
    }
    if runs_inline() {
        assert_eq!(desk.stats().restarts.times, 4, "the loop has not run since the last panic");
    }
    rest().await;
    assert_eq!(desk.stats().restarts.times, 5);
}

#[tokio::test]
async fn a_call_after_a_panic_on_its_own_thread_waits_for_the_next_life() {
    let desk = at_once().spawn_with(desk(&Log::default()));
    rest().await;
    assert!(inlined(desk.fail()).await.is_err());
    let at = pending(desk.at());
    assert_eq!(at.await.unwrap().0, 1);
}

#[tokio::test]
async fn a_panic_of_a_queued_call_is_the_same() {
    let log = Log::default();
    let desk = at_once().spawn_with(desk(&log));
    let failed = desk.fail().await;
    assert_eq!(said(failed), "`Desk::fail` panicked: broken");
    assert_eq!(desk.at().await.unwrap().0, 1);
    rest().await;
    assert_eq!(inlined(desk.at()).await.unwrap().0, 1);
}

#[tokio::test]
async fn a_panic_over_an_answer_that_came_back_inline_restarts_the_actor() {
    let desk = at_once().spawn_with(desk(&Log::default()));
    drop(pending(async {
        let answer = desk.take().sent().await.unwrap();
        rest().await;
        answer.await
    }));
    desk.fail_at_return().await.unwrap();
    let _ = desk.at().await;
    assert_eq!(desk.at().await.map(|(life, ..)| life), Ok(desk.stats().restarts.times));
}

#[tokio::test]
async fn on_panic_continue_continues_inline() {
    let builder = Builder::new().on_panic(OnPanic::Continue);
    let desk = builder.restart(Restarts::at_once(9, MINUTE)).spawn_with(desk(&Log::default()));
    rest().await;
    assert!(inlined(desk.fail()).await.is_err());
    assert_eq!(inlined(desk.at()).await.unwrap().0, 0);
    assert_eq!(desk.stats().restarts.times, 0);
}

#[tokio::test]
async fn a_panic_inline_without_a_restart_left_ends_the_actor() {
    let builder = Builder::new().restart(Restarts::at_once(0, MINUTE));
    let desk = builder.spawn_with(desk(&Log::default()));
    rest().await;
    assert!(inlined(desk.fail()).await.is_err());
    let reason = desk.exited().await;
    assert_eq!(reason.to_string(), "`Desk::fail` panicked: broken");
    assert!(desk.at().await.is_err());
}

#[tokio::test]
async fn a_shutdown_after_a_panic_inline_handles_what_was_accepted() {
    let desk = at_once().spawn_with(desk(&Log::default()));
    rest().await;
    assert!(inlined(desk.fail()).await.is_err());
    let at = pending(desk.at());
    assert_eq!(desk.shutdown().await, ExitReason::Shutdown);
    assert_eq!(at.await.unwrap().0, 1);
}

#[tokio::test]
async fn an_abort_after_a_panic_inline_ends_the_actor() {
    let desk = at_once().spawn_with(desk(&Log::default()));
    rest().await;
    assert!(inlined(desk.fail()).await.is_err());
    desk.abort();
    assert_eq!(desk.exited().await, ExitReason::Aborted);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_callers_lose_no_call_but_those_that_panic() {
    let shop = Shop::default();
    let builder = Builder::new().restart(Restarts::at_once(usize::MAX, MINUTE));
    let worker = builder.spawn_with(move |life| shop.worker(life));
    let callers: Vec<_> = (0..8)
        .map(|caller| {
            let worker = worker.clone();
            tokio::spawn(async move {
                let mut answered = 0;
                for number in 0..200 {
                    if (number + caller) % 10 == 0 {
                        assert_eq!(said(worker.fail().await), "`Worker::fail` panicked: broken");
                    } else {
                        worker.note(number).await.unwrap();
                        answered += 1;
                    }
                }
                answered
            })
        })
        .collect();
    let mut answered = 0;
    for caller in callers {
        answered += caller.await.unwrap();
    }
    assert_eq!(answered, 8 * 180);
    let stats = worker.stats();
    assert_eq!((stats.counts.handled, stats.counts.panicked), (8 * 200, 8 * 20));
    assert_eq!(worker.note(0).await, Ok(8 * 20));
}
