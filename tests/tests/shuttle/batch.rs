//! Wake-ups that an actor on its own thread holds back, against the callers that wait for them, and
//! against every way the actor can end.

use std::panic;

use actor_runtime::{
    ActorHandle, Builder, CallError, CallErrorKind, ExitReason, Reply, actor, batch,
};
use shuttle::{future::block_on, thread};

use crate::explore::{explore, explore_with_bug};

/// Replies at once or later.
#[derive(Default)]
struct Clerk {
    kept: Vec<Reply<u32>>,
}

#[actor]
impl Clerk {
    /// Returns `id`.
    pub fn now(&mut self, id: u32) -> u32 {
        id
    }

    /// Replies with 9 when the mailbox is empty, or before the actor ends.
    pub fn later(&mut self, reply: Reply<u32>) {
        self.kept.push(reply);
    }

    /// Wakes the other callers, and returns how many messages of the batch are left.
    pub fn left(&mut self) -> usize {
        batch::wake_callers();
        batch::left()
    }

    /// Panics.
    pub fn fail(&mut self) {
        panic::resume_unwind(Box::new("as it was told"));
    }

    /// Ends the actor.
    pub fn finish(self) -> u32 {
        7
    }

    #[on_idle]
    #[on_stop]
    fn answer(&mut self) {
        for reply in self.kept.drain(..) {
            reply.send(9);
        }
    }
}

fn start() -> (ClerkHandle, thread::JoinHandle<()>) {
    let builder = Builder::new().batch(3);
    let (clerk, run) = actor_runtime::__private::pair_thread(builder, Clerk::default());
    (clerk, thread::spawn(run))
}

fn threads_that_ask() {
    let (clerk, thread) = start();
    let callers: Vec<_> = (1..=3)
        .map(|id| {
            let clerk = clerk.clone();
            thread::spawn(move || {
                assert_eq!(clerk.now(id).blocking(), Ok(id));
                match id {
                    1 => assert_eq!(clerk.later().blocking(), Ok(9)),
                    2 => assert!(clerk.left().blocking().unwrap() < 3),
                    _ => clerk.now(0).cast_blocking().unwrap(),
                }
            })
        })
        .collect();
    let exited = clerk.exited();
    drop(clerk);
    for caller in callers {
        caller.join().unwrap();
    }
    assert_eq!(block_on(exited), ExitReason::HandlesDropped);
    thread.join().unwrap();
}

#[test]
fn all_callers_are_woken() {
    explore(threads_that_ask);
}

#[test]
#[should_panic(expected = "deadlock")]
fn finds_a_thread_that_waits_before_it_wakes_its_callers() {
    explore_with_bug("wake-ups are held while the thread waits", threads_that_ask);
}

#[test]
#[should_panic(expected = "deadlock")]
fn finds_a_wake_up_that_is_consumed_by_a_check() {
    explore_with_bug("a wake-up is used up by looking", threads_that_ask);
}

#[derive(Clone, Copy)]
enum End {
    Abort,
    Finish,
    Panic,
    Shutdown,
}

fn threads_against(end: End) {
    let (clerk, thread) = start();
    let callers: Vec<_> = (1..=2)
        .map(|id| {
            let clerk = clerk.clone();
            thread::spawn(move || match clerk.now(id).blocking().map_err(CallError::into_kind) {
                Ok(answer) => assert_eq!(answer, id),
                Err(CallErrorKind::Closed | CallErrorKind::Stopped) => {}
                Err(error) => panic!("harmed by the end: {error:?}"),
            })
        })
        .collect();
    match end {
        End::Abort => clerk.abort(),
        End::Finish => assert_eq!(clerk.finish().blocking(), Ok(7)),
        End::Panic => {
            let told = clerk.fail().blocking().map_err(CallError::into_kind);
            assert!(matches!(told, Err(CallErrorKind::Panicked { .. })), "{told:?}");
        }
        End::Shutdown => assert_eq!(clerk.shutdown().blocking(), ExitReason::Shutdown),
    }
    for caller in callers {
        caller.join().unwrap();
    }
    thread.join().unwrap();
}

#[test]
fn all_callers_are_woken_at_an_abort() {
    explore(|| threads_against(End::Abort));
}

#[test]
fn all_callers_are_woken_when_a_final_handler_runs() {
    explore(|| threads_against(End::Finish));
}

#[test]
fn all_callers_are_woken_at_a_panic() {
    explore(|| threads_against(End::Panic));
}

#[test]
fn all_callers_are_woken_at_a_shutdown() {
    explore(|| threads_against(End::Shutdown));
}

#[test]
#[should_panic(expected = "deadlock")]
fn finds_an_exit_that_forgets_answered_callers() {
    explore_with_bug("the end forgets whom it has not woken", || threads_against(End::Panic));
}
