//! Tasks that have used up their budget and yield to the loop: against each other, against the end, and against a handler
//! or a factory that waits for one of them.

use std::{
    future::Future,
    panic,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use actor_runtime::{
    __private::{exhaust, pair_inline, pair_inline_restarted},
    ActorHandle, Builder, ExitReason, OnPanic, Restarts, SendError, actor,
};
use shuttle::{
    future::{JoinHandle, block_on, spawn},
    sync::mpsc::{Receiver, Sender, channel},
};

use crate::{
    explore::{explore, explore_with_bug},
    inline::{Running, start},
    probe::only_if_woken,
};

/// Spawns a task that is polled only if it was woken.
fn task<T: Send + 'static>(future: impl Future<Output = T> + Send + 'static) -> JoinHandle<T> {
    spawn(only_if_woken(future))
}

fn senders_that_yield() {
    block_on(async {
        let Running { desk, notes, task: end } = start(OnPanic::End);
        let casts = desk.clone();
        let calls = desk.clone();
        let senders = [
            task(async move {
                for id in [1, 2] {
                    exhaust();
                    casts.note(id).cast().await.unwrap();
                }
            }),
            task(async move {
                for id in [3, 4] {
                    exhaust();
                    assert_eq!(calls.note(id).await, Ok(id));
                }
            }),
        ];
        exhaust();
        desk.slow(5).cast().await.unwrap();
        drop(desk);
        for sender in senders {
            sender.await.unwrap();
        }
        assert_eq!(end.await.unwrap(), ExitReason::HandlesDropped);
        assert_eq!(notes.done().len(), 5);
        for ids in [[1, 2], [3, 4]] {
            notes.assert_order(&ids);
        }
    });
}

#[test]
fn senders_that_yield_go_on() {
    explore(senders_that_yield);
}

/// No bug: the loop keeps its actor after 16 waits, which would be a long model.
#[test]
fn senders_that_yield_to_a_loop_with_its_actor_go_on() {
    explore_with_bug("the loop keeps an actor at once", senders_that_yield);
}

#[test]
#[should_panic(expected = "deadlock")]
fn finds_a_loop_that_wakes_nobody_when_it_looks() {
    explore_with_bug("the loop wakes nobody who yields to it", senders_that_yield);
}

#[test]
#[should_panic(expected = "deadlock")]
fn finds_a_loop_at_rest_that_wakes_nobody() {
    explore_with_bug("a loop at rest wakes nobody who yields to it", senders_that_yield);
}

#[test]
#[should_panic(expected = "deadlock")]
fn finds_a_loop_at_rest_that_is_not_woken() {
    explore_with_bug("a loop at rest is not woken", senders_that_yield);
}

/// An abort may come while a task yields.
fn a_sender_that_yields_against_an_abort() {
    block_on(async {
        let Running { desk, notes, task: end } = start(OnPanic::End);
        let sender = task({
            let desk = desk.clone();
            async move {
                exhaust();
                match desk.note(1).cast().await {
                    Ok(()) | Err(SendError::Closed(_)) => {}
                    Err(other) => panic!("{other}"),
                }
            }
        });
        desk.abort();
        sender.await.unwrap();
        assert_eq!(end.await.unwrap(), ExitReason::Aborted);
        assert!(notes.done().len() <= 1);
    });
}

#[test]
fn an_abort_lets_a_sender_that_yields_go_on() {
    explore(a_sender_that_yields_against_an_abort);
}

#[test]
#[should_panic(expected = "deadlock")]
fn finds_an_end_that_wakes_nobody() {
    explore_with_bug(
        "the loop wakes nobody who yields to it",
        a_sender_that_yields_against_an_abort,
    );
}

/// An actor whose handlers wait for a signal, and block their thread.
struct Gate(Arc<AtomicBool>);

#[actor]
impl Gate {
    /// Waits for a signal.
    pub fn pass(&self, signal: Receiver<()>) {
        signal.recv().unwrap();
        self.0.store(true, Ordering::SeqCst);
    }

    /// Does nothing.
    pub fn touch(&self) {}

    /// Panics.
    pub fn fail(&self) -> u32 {
        // Like `panic!`, but without the hook that would print a failing schedule.
        panic::resume_unwind(Box::new("as it was told"))
    }
}

/// A handler, in the loop or on the thread of its caller, waits for the task that yields.
fn a_handler_that_waits_for_the_sender() {
    block_on(async {
        let has_passed = Arc::new(AtomicBool::new(false));
        let (gate, run) = pair_inline(Builder::new(), Gate(has_passed.clone()));
        let end = task(run);
        let (open, signal): (Sender<()>, _) = channel();
        let passing = task({
            let gate = gate.clone();
            async move { gate.pass(signal).await.unwrap() }
        });
        let sender = task({
            let gate = gate.clone();
            async move {
                gate.touch().try_cast().unwrap();
                exhaust();
                gate.touch().cast().await.unwrap();
                open.send(()).unwrap();
            }
        });
        sender.await.unwrap();
        passing.await.unwrap();
        drop(gate);
        assert_eq!(end.await.unwrap().reason, ExitReason::HandlesDropped);
        assert!(has_passed.load(Ordering::SeqCst));
    });
}

#[test]
fn a_sender_does_not_yield_to_a_handler() {
    explore(a_handler_that_waits_for_the_sender);
}

#[test]
#[should_panic(expected = "deadlock")]
fn finds_a_sender_that_yields_to_a_handler() {
    explore_with_bug("a loop without its actor wakes nobody", a_handler_that_waits_for_the_sender);
}

#[test]
#[should_panic(expected = "deadlock")]
fn finds_a_sender_that_yields_to_a_handler_in_the_loop() {
    explore_with_bug("a loop ahead of its wait is yielded to", a_handler_that_waits_for_the_sender);
}

/// The factory of the next life waits for the task that yields.
fn a_factory_that_waits_for_the_sender() {
    block_on(async {
        let (go_on, signal): (Sender<()>, _) = channel();
        let signal = Mutex::new(signal);
        let restarts = Restarts::at_once(usize::MAX, Duration::from_secs(3600));
        let (gate, run) = pair_inline_restarted(Builder::new().restart(restarts), move |life| {
            if life.number() > 0 {
                signal.lock().unwrap().recv().unwrap();
            }
            Gate(Arc::default())
        });
        let end = task(run);
        let failing = task({
            let gate = gate.clone();
            async move { gate.fail().await.unwrap_err() }
        });
        let sender = task({
            let gate = gate.clone();
            async move {
                exhaust();
                gate.touch().cast().await.unwrap();
                go_on.send(()).unwrap();
            }
        });
        sender.await.unwrap();
        failing.await.unwrap();
        drop(gate);
        assert_eq!(end.await.unwrap().reason, ExitReason::HandlesDropped);
    });
}

#[test]
fn a_sender_does_not_yield_to_a_factory() {
    explore(a_factory_that_waits_for_the_sender);
}

#[test]
#[should_panic(expected = "deadlock")]
fn finds_a_sender_that_yields_to_a_factory() {
    explore_with_bug("a loop without its actor wakes nobody", a_factory_that_waits_for_the_sender);
}
