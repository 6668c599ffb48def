//! Nested panics: the caller gets the right one.

use std::panic::{self, AssertUnwindSafe};

use actor_runtime::{ActorHandle, Builder};
use actor_runtime::{CallError, CallErrorKind, OnPanic, Reply, actor, pair};

use crate::by_hand::ByHand;

/// Owns another actor's loop while it panics.
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
    /// Panics, which drops the loop of another actor. The reply is dropped first.
    pub fn panic_with_another(&mut self, reply: Reply<u32>) {
        let (_inner, run) = pair(Outer::default());
        let _run = Dropping(Some(ByHand::new(run).waits()));
        let _reply = reply;
        panic!("the outer one");
    }

    /// Catches a panic of its own, then waits.
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

    /// Panics while it holds the kept replies.
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
    match outcome.map_err(CallError::into_kind) {
        Err(CallErrorKind::Panicked { message }) => assert_eq!(&*message, text),
        other => panic!("expected a panic, and got {other:?}"),
    }
}

#[test]
fn a_loop_dropped_during_unwinding_does_not_hide_the_panic() {
    let (outer, mut run) = continuing();
    let mut call = ByHand::new(outer.panic_with_another()).waits();
    assert!(run.poll().is_pending());
    assert_panicked(call.gives(), "the outer one");
}

#[test]
fn a_reply_dropped_by_a_caught_panic_is_unanswered() {
    let (outer, mut run) = continuing();
    let mut call = ByHand::new(outer.catch_own()).waits();
    assert!(run.poll().is_pending());
    assert!(matches!(call.gives().map_err(CallError::into_kind), Err(CallErrorKind::Unanswered)));
    outer.abort();
}

#[test]
fn other_callers_whose_replies_a_panic_drops_get_unanswered() {
    let (outer, mut run) = continuing();
    let mut kept = ByHand::new(outer.keep()).waits();
    let mut call = ByHand::new(outer.panic_with_kept()).waits();
    assert!(run.poll().is_pending());
    assert!(matches!(kept.gives().map_err(CallError::into_kind), Err(CallErrorKind::Unanswered)));
    assert_panicked(call.gives(), "with all of it");
}
