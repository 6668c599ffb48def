//! Panics inside of panics: the caller is told which one it was.

use std::panic::{self, AssertUnwindSafe};

use actor_runtime::{ActorHandle, Builder};
use actor_runtime::{CallError, OnPanic, Reply, actor, pair};

use crate::by_hand::ByHand;

/// Holds another actor's loop while it panics.
#[derive(Default)]
pub struct Outer {
    kept: Vec<Reply<u32>>,
}

/// Drops what it holds.
struct Dropping<T>(Option<T>);

impl<T> Drop for Dropping<T> {
    fn drop(&mut self) {
        drop(self.0.take());
    }
}

#[actor]
impl Outer {
    /// Panics, and takes the loop of another actor with it. The reply goes first.
    pub fn panic_with_another(&mut self, reply: Reply<u32>) {
        let (_inner, run) = pair(Outer::default());
        let _run = Dropping(Some(ByHand::new(run).waits()));
        let _reply = reply;
        panic!("the outer one");
    }

    /// Panics, catches it, and waits.
    pub async fn catch_own(&mut self, reply: Reply<u32>) {
        let _ = panic::catch_unwind(AssertUnwindSafe(move || {
            let _reply = reply;
            panic!("caught");
        }));
        std::future::pending::<()>().await;
    }

    /// Keeps the reply.
    pub fn keep(&mut self, reply: Reply<u32>) {
        self.kept.push(reply);
    }

    /// Panics with what was kept.
    pub fn panic_with_kept(&mut self) {
        let _kept = std::mem::take(&mut self.kept);
        panic!("with all of it");
    }
}

fn continuing() -> (OuterHandle, ByHand<impl Future>) {
    let (outer, run) = Builder::new().on_panic(OnPanic::Continue).pair(Outer::default());
    (outer, ByHand::new(run))
}

#[track_caller]
fn assert_panicked<T: std::fmt::Debug>(outcome: Result<T, CallError>, text: &str) {
    match outcome {
        Err(CallError::Panicked { message, .. }) => assert_eq!(&*message, text),
        other => panic!("expected a panic, and got {other:?}"),
    }
}

#[test]
fn a_loop_dropped_by_a_panic_does_not_hide_the_panic() {
    let (outer, mut run) = continuing();
    let mut call = ByHand::new(outer.panic_with_another()).waits();
    assert!(run.poll().is_pending());
    assert_panicked(call.gives(), "the outer one");
}

#[test]
fn a_reply_lost_in_a_panic_that_was_caught_is_unanswered() {
    let (outer, mut run) = continuing();
    let mut call = ByHand::new(outer.catch_own()).waits();
    assert!(run.poll().is_pending());
    assert!(matches!(call.gives(), Err(CallError::Unanswered { .. })));
    outer.abort();
}

#[test]
fn the_other_callers_of_a_handler_that_panics_are_told_that_nobody_answers() {
    let (outer, mut run) = continuing();
    let mut kept = ByHand::new(outer.keep()).waits();
    let mut call = ByHand::new(outer.panic_with_kept()).waits();
    assert!(run.poll().is_pending());
    assert!(matches!(kept.gives(), Err(CallError::Unanswered { .. })));
    assert_panicked(call.gives(), "with all of it");
}
