//! Restarts: against senders, an abort, a shutdown, a lease, a caller whose handler panics on its own
//! thread, and a task that waits for them.

use std::{
    panic,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use actor_runtime::{
    ActorHandle, Builder, CallError, CallErrorKind, Capacity, Exit, ExitReason, Life, Reply,
    Restarts, actor,
};
use shuttle::future::{JoinHandle, block_on, spawn, yield_now};

use crate::{
    explore::{explore, explore_with_bug},
    probe::only_if_woken,
};

const HOUR: Duration = Duration::from_secs(3600);

/// What happened in all lives. Not part of what is explored: no thread waits for these locks.
#[derive(Clone, Default)]
struct Notes(Arc<Inner>);

#[derive(Default)]
struct Inner {
    alive: AtomicUsize,
    made: AtomicUsize,
    has_overlapped: AtomicBool,
    done: Mutex<Vec<u32>>,
}

impl Notes {
    fn make(&self, life: &Life<PhoenixHandle>) -> Phoenix {
        let alive = self.0.alive.fetch_add(1, Ordering::SeqCst);
        // Not asserted here: a factory that panics is called again.
        let is_next = life.number() == self.made() as u64;
        self.0.has_overlapped.fetch_or(alive > 0 || !is_next, Ordering::SeqCst);
        self.0.made.fetch_add(1, Ordering::SeqCst);
        Phoenix { notes: self.clone(), kept: Vec::new() }
    }

    fn made(&self) -> usize {
        self.0.made.load(Ordering::SeqCst)
    }

    fn done(&self) -> Vec<u32> {
        self.0.done.lock().unwrap().clone()
    }

    fn assert_apart(&self) {
        assert!(!self.0.has_overlapped.load(Ordering::SeqCst), "two lives at once");
    }

    /// How often the handler of `id` ran.
    fn times(&self, id: u32) -> usize {
        self.done().into_iter().filter(|done| *done == id).count()
    }

    fn assert_order(&self, ids: &[u32]) {
        let of_these: Vec<_> = self.done().into_iter().filter(|id| ids.contains(id)).collect();
        assert_eq!(of_these, ids, "lost, repeated or out of order");
    }
}

/// Burns on request.
struct Phoenix {
    notes: Notes,
    kept: Vec<Reply<u32>>,
}

impl Drop for Phoenix {
    fn drop(&mut self) {
        self.notes.0.alive.fetch_sub(1, Ordering::SeqCst);
    }
}

#[actor]
impl Phoenix {
    /// Notes `id` and returns it.
    pub fn note(&mut self, id: u32) -> u32 {
        self.notes.0.done.lock().unwrap().push(id);
        id
    }

    /// Panics.
    pub fn burn(&mut self) -> u32 {
        // Like `panic!`, but without the hook that would print a failing schedule.
        panic::resume_unwind(Box::new("burnt"))
    }

    /// Keeps the reply.
    pub fn keep(&mut self, reply: Reply<u32>) {
        self.kept.push(reply);
    }

    /// Panics as the last handler.
    pub async fn burn_at_last(self) -> u32 {
        yield_now().await;
        panic::resume_unwind(Box::new("burnt"))
    }
}

fn start(restarts: Restarts) -> (PhoenixHandle, Notes, JoinHandle<Exit<Phoenix>>) {
    start_with(1, restarts)
}

fn start_with(
    capacity: usize,
    restarts: Restarts,
) -> (PhoenixHandle, Notes, JoinHandle<Exit<Phoenix>>) {
    let notes = Notes::default();
    let makes = notes.clone();
    let builder = Builder::new().mailbox(Capacity::bounded(capacity)).restart(restarts);
    let (phoenix, run) = builder.pair_with(move |life| makes.make(life));
    (phoenix, notes, spawn(only_if_woken(run)))
}

fn at_once() -> Restarts {
    Restarts::at_once(usize::MAX, HOUR)
}

/// A clock has no meaning in a model: the backoff is over after a few polls.
fn with_backoff() -> Restarts {
    Restarts::new(usize::MAX, HOUR).backoff(HOUR..=HOUR)
}

/// A backoff that never elapses: a clock does not reach that far.
fn with_endless_backoff() -> Restarts {
    Restarts::new(usize::MAX, HOUR).backoff(Duration::MAX..=Duration::MAX)
}

async fn is_burnt(phoenix: &PhoenixHandle) {
    match phoenix.burn().await.map_err(CallError::into_kind) {
        Err(CallErrorKind::Panicked { message }) => assert_eq!(&*message, "burnt"),
        other => panic!("a panic was reported as {other:?}"),
    }
}

/// Each message that does not panic is handled once, in the order of its sender.
fn senders(capacity: usize, restarts: Restarts) {
    block_on(async {
        let (phoenix, notes, task) = start_with(capacity, restarts);
        let burning = spawn({
            let phoenix = phoenix.clone();
            async move {
                is_burnt(&phoenix).await;
                is_burnt(&phoenix).await;
            }
        });
        let sender = spawn({
            let phoenix = phoenix.clone();
            async move {
                phoenix.note(1).cast().await.unwrap();
                assert_eq!(phoenix.note(2).await, Ok(2));
            }
        });
        assert_eq!(phoenix.note(3).await, Ok(3));
        burning.await.unwrap();
        sender.await.unwrap();
        // Without this message there may be no third life: the last handle may be dropped first.
        assert_eq!(phoenix.note(4).await, Ok(4));
        notes.assert_apart();
        drop(phoenix);
        assert_eq!(task.await.unwrap().reason, ExitReason::HandlesDropped);
        notes.assert_order(&[1, 2]);
        assert_eq!((notes.times(3), notes.made()), (1, 3));
    });
}

fn senders_at_once() {
    senders(1, at_once());
}

/// Several messages may be in the mailbox, so that the loop takes them together.
fn senders_with_room() {
    senders(8, at_once());
}

fn senders_with_backoff() {
    senders(1, with_backoff());
}

#[test]
fn a_restart_loses_no_message() {
    explore(senders_at_once);
    explore(senders_with_room);
}

#[test]
fn a_backoff_loses_no_message() {
    explore(senders_with_backoff);
}

#[test]
#[should_panic]
fn finds_a_restart_that_loses_the_queue() {
    explore_with_bug("a restart loses the queue", senders_at_once);
}

#[test]
#[should_panic]
fn finds_a_restart_that_loses_what_was_taken_from_the_queue() {
    explore_with_bug("a life keeps what it has taken", senders_with_room);
}

#[test]
#[should_panic]
fn finds_a_backoff_that_loses_the_queue() {
    explore_with_bug("a backoff loses the queue", senders_with_backoff);
}

#[test]
#[should_panic(expected = "two lives at once")]
fn finds_an_old_state_that_is_not_dropped() {
    explore_with_bug("the old state outlives its life", senders_at_once);
}

fn abort_in_backoff() {
    block_on(async {
        let (phoenix, notes, task) = start(with_endless_backoff());
        let burning = spawn({
            let phoenix = phoenix.clone();
            async move { phoenix.burn().await.unwrap_err().into_kind() }
        });
        let noted = spawn({
            let phoenix = phoenix.clone();
            async move { phoenix.note(1).await.map_err(CallError::into_kind) }
        });
        let aborter = spawn({
            let phoenix = phoenix.clone();
            async move { phoenix.abort() }
        });
        assert_eq!(phoenix.exited().await, ExitReason::Aborted);
        let made = notes.made();
        assert_eq!(notes.0.alive.load(Ordering::SeqCst), 0, "ended before the state was dropped");
        aborter.await.unwrap();
        match burning.await.unwrap() {
            CallErrorKind::Panicked { .. } | CallErrorKind::Stopped | CallErrorKind::Closed => {}
            error => panic!("{error:?}"),
        }
        match noted.await.unwrap() {
            Ok(1) => assert_eq!(notes.times(1), 1),
            Err(CallErrorKind::Stopped | CallErrorKind::Closed) => assert_eq!(notes.times(1), 0),
            other => panic!("{other:?}"),
        }
        assert_eq!(task.await.unwrap().reason, ExitReason::Aborted);
        assert_eq!(notes.made(), made, "a life began after the end");
    });
}

#[test]
fn an_abort_ends_an_actor_in_its_backoff() {
    explore(abort_in_backoff);
}

#[test]
#[should_panic(expected = "deadlock")]
fn finds_a_backoff_that_misses_the_abort() {
    explore_with_bug("the loop waits later than it looked", abort_in_backoff);
}

fn close_in_backoff() {
    block_on(async {
        let (phoenix, notes, task) = start(with_endless_backoff());
        let burning = spawn({
            let phoenix = phoenix.clone();
            async move { phoenix.burn().await.map_err(CallError::into_kind) }
        });
        let noted = spawn({
            let phoenix = phoenix.clone();
            async move { phoenix.note(1).await.map_err(CallError::into_kind) }
        });
        assert_eq!(phoenix.shutdown().await, ExitReason::Shutdown);
        match burning.await.unwrap() {
            Err(CallErrorKind::Panicked { .. } | CallErrorKind::Closed) => {}
            other => panic!("{other:?}"),
        }
        // What was accepted is handled.
        match noted.await.unwrap() {
            Ok(1) => assert_eq!(notes.times(1), 1),
            Err(CallErrorKind::Closed) => assert_eq!(notes.times(1), 0),
            other => panic!("{other:?}"),
        }
        assert_eq!(task.await.unwrap().reason, ExitReason::Shutdown);
    });
}

#[test]
fn a_shutdown_in_a_backoff_handles_what_was_accepted() {
    explore(close_in_backoff);
}

#[test]
#[should_panic(expected = "deadlock")]
fn finds_a_backoff_that_misses_the_shutdown() {
    explore_with_bug("the loop parks later than it looked", close_in_backoff);
}

#[test]
#[should_panic]
fn finds_a_shutdown_that_loses_the_queue() {
    explore_with_bug("a restart loses the queue", close_in_backoff);
}

fn lease_against_panic() {
    block_on(async {
        let (phoenix, notes, task) = start(at_once());
        let tenant = spawn({
            let phoenix = phoenix.clone();
            async move {
                let lease = phoenix.lease().await.unwrap();
                is_burnt(&lease).await;
                // The lease is over, so nothing waits behind this.
                match lease.note(1).await.map_err(CallError::into_kind) {
                    Err(CallErrorKind::LeaseEnded | CallErrorKind::Stopped) => {}
                    other => panic!("a lease outlives its life: {other:?}"),
                }
            }
        });
        let next = spawn({
            let phoenix = phoenix.clone();
            async move {
                let lease = phoenix.lease().await.unwrap();
                assert_eq!(lease.note(2).await, Ok(2));
            }
        });
        assert_eq!(phoenix.note(3).await, Ok(3));
        tenant.await.unwrap();
        next.await.unwrap();
        drop(phoenix);
        assert_eq!(task.await.unwrap().reason, ExitReason::HandlesDropped);
        assert_eq!([1, 2, 3].map(|id| notes.times(id)), [0, 1, 1]);
    });
}

#[test]
fn a_panic_ends_the_lease_and_no_other() {
    explore(lease_against_panic);
}

#[test]
#[should_panic(expected = "deadlock")]
fn finds_a_lease_that_outlives_its_life() {
    explore_with_bug("a lease outlives its life", lease_against_panic);
}

fn panic_after_the_seal() {
    block_on(async {
        let (phoenix, notes, task) = start(at_once());
        let last = spawn({
            let phoenix = phoenix.clone();
            async move { phoenix.burn_at_last().await.map_err(CallError::into_kind) }
        });
        match phoenix.note(1).await.map_err(CallError::into_kind) {
            Ok(1) => assert_eq!(notes.times(1), 1),
            Err(CallErrorKind::Stopped | CallErrorKind::Closed) => {}
            other => panic!("{other:?}"),
        }
        match last.await.unwrap() {
            Err(CallErrorKind::Panicked { .. }) => {}
            other => panic!("{other:?}"),
        }
        assert!(matches!(phoenix.exited().await, ExitReason::Panicked { .. }));
        assert!(matches!(task.await.unwrap().reason, ExitReason::Panicked { .. }));
        assert_eq!(notes.made(), 1);
    });
}

#[test]
fn a_panic_in_the_last_handler_is_the_end() {
    explore(panic_after_the_seal);
}

#[test]
#[should_panic(expected = "deadlock")]
fn finds_a_restart_after_the_seal() {
    explore_with_bug("a restart after the seal", panic_after_the_seal);
}

/// Callers on two threads, one of which panics with the actor in its hands.
fn panic_in_the_seat() {
    block_on(async {
        let notes = Notes::default();
        let makes = notes.clone();
        let builder = Builder::new().mailbox(Capacity::bounded(1)).restart(at_once());
        let (phoenix, run) =
            actor_runtime::__private::pair_inline_restarted(builder, move |life| makes.make(life));
        let task = spawn(only_if_woken(run));
        let burning = spawn({
            let phoenix = phoenix.clone();
            async move {
                is_burnt(&phoenix).await;
                assert_eq!(phoenix.note(1).await, Ok(1));
            }
        });
        let other = spawn({
            let phoenix = phoenix.clone();
            async move {
                assert_eq!(phoenix.note(2).await, Ok(2));
                assert_eq!(phoenix.note(3).await, Ok(3));
            }
        });
        burning.await.unwrap();
        other.await.unwrap();
        drop(phoenix);
        assert_eq!(task.await.unwrap().reason, ExitReason::HandlesDropped);
        notes.assert_order(&[2, 3]);
        assert_eq!((notes.times(1), notes.made()), (1, 2));
    });
}

#[test]
fn a_panic_on_a_callers_thread_leads_to_the_next_life() {
    explore(panic_in_the_seat);
}

#[test]
#[should_panic]
fn finds_a_panic_on_a_callers_thread_that_closes_the_mailbox() {
    explore_with_bug("a panic on a caller's thread seals the mailbox", panic_in_the_seat);
}

/// The restart is seen, and not before the calls of the life before are over.
fn watched() {
    block_on(async {
        let (phoenix, notes, task) = start(at_once());
        let kept = spawn({
            let phoenix = phoenix.clone();
            async move { phoenix.keep().await.map_err(CallError::into_kind) }
        });
        let watcher = spawn({
            let restarted = phoenix.restarted();
            let notes = notes.clone();
            only_if_woken(async move {
                let restart = restarted.await.unwrap();
                assert_eq!(restart.number, 1);
                assert_eq!(notes.made(), 2, "told before the next life");
            })
        });
        is_burnt(&phoenix).await;
        watcher.await.unwrap();
        // Kept by the first life, which fails it, or by the second, which is shut down.
        phoenix.shutdown().await;
        // It has the state of the last life, and the reply if that life has kept it.
        drop(task.await);
        match kept.await.unwrap() {
            Err(CallErrorKind::Stopped | CallErrorKind::Closed | CallErrorKind::Unanswered) => {}
            other => panic!("{other:?}"),
        }
    });
}

#[test]
fn a_restart_wakes_its_watcher() {
    explore(watched);
}

#[test]
#[should_panic(expected = "deadlock")]
fn finds_a_watcher_that_misses_the_restart() {
    explore_with_bug("a watcher of restarts waits later than it looked", watched);
}
