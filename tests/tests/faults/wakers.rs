//! Wakers that panic: they are foreign code, and only their owners may be affected.

use actor_runtime::{ActorHandle, CallError, CallErrorKind, ExitReason, actor, pair};

use crate::by_hand::{ByHand, Counting};

/// Counts.
#[derive(Default)]
pub struct Counter(u32);

#[actor(mailbox = 1)]
impl Counter {
    /// Adds one.
    pub fn add(&mut self) -> u32 {
        self.0 += 1;
        self.0
    }
}

#[test]
fn a_waker_that_panics_does_not_affect_the_actor_or_other_callers() {
    let (counter, run) = pair(Counter::default());
    let mut run = ByHand::new(run);
    let mut first = ByHand::with(counter.add(), Counting::panicking()).waits();
    let mut waiting = ByHand::with(counter.add(), Counting::panicking()).waits();
    let mut last = ByHand::new(counter.add()).waits();
    assert!(run.poll().is_pending());
    assert_eq!(first.gives(), Ok(1));
    assert_eq!(waiting.gives(), Ok(2));
    assert_eq!(last.gives(), Ok(3));
    assert_eq!(counter.stats().counts.panicked, 0);
}

#[test]
fn every_caller_learns_of_the_end_although_a_waker_panics() {
    let (counter, run) = pair(Counter::default());
    let run = ByHand::new(run).waits();
    let mut queued = ByHand::with(counter.add(), Counting::panicking()).waits();
    let mut waiting = ByHand::with(counter.add(), Counting::panicking()).waits();
    let mut last = ByHand::new(counter.add()).waits();
    let mut first_exited = ByHand::with(counter.exited(), Counting::panicking()).waits();
    let mut exited = ByHand::new(counter.exited()).waits();
    drop(run);
    assert_eq!(last.waker.wakes(), 1);
    assert!(matches!(queued.gives().map_err(CallError::into_kind), Err(CallErrorKind::Stopped)));
    assert!(matches!(waiting.gives().map_err(CallError::into_kind), Err(CallErrorKind::Closed)));
    assert!(matches!(last.gives().map_err(CallError::into_kind), Err(CallErrorKind::Closed)));
    assert_eq!(exited.waker.wakes(), 1);
    assert_eq!(exited.gives(), ExitReason::Aborted);
    assert_eq!(first_exited.gives(), ExitReason::Aborted);
}

#[test]
fn every_caller_learns_of_the_close_although_a_waker_panics() {
    let (counter, run) = pair(Counter::default());
    counter.add().try_cast().unwrap();
    let mut waiting = ByHand::with(counter.add(), Counting::panicking()).waits();
    let mut last = ByHand::new(counter.add()).waits();
    counter.close();
    assert_eq!(last.waker.wakes(), 1);
    assert!(matches!(waiting.gives().map_err(CallError::into_kind), Err(CallErrorKind::Closed)));
    assert!(matches!(last.gives().map_err(CallError::into_kind), Err(CallErrorKind::Closed)));
    drop(run);
}

#[test]
fn a_call_may_be_polled_with_another_waker_each_time() {
    let (counter, run) = pair(Counter::default());
    let mut run = ByHand::new(run);
    counter.add().try_cast().unwrap();
    let mut call = ByHand::new(counter.add()).waits();
    let first = std::mem::replace(&mut call.waker, Counting::new());
    assert!(call.poll().is_pending());
    let second = std::mem::replace(&mut call.waker, Counting::new());
    assert!(run.poll().is_pending());
    assert_eq!(first.wakes() + second.wakes() + call.waker.wakes(), 2, "let in, and answered");
    assert_eq!(second.wakes(), 1, "the waker of its last poll is woken when it is accepted");
    assert_eq!(call.gives(), Ok(2));
}
