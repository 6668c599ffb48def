//! Loops that are dropped early: callers always get an error.

use actor_runtime::{ActorHandle, Builder, CallError, CallErrorKind, ExitReason, actor, pair};
use tokio::{runtime, task::LocalSet};

use crate::by_hand::ByHand;

/// Counts.
#[derive(Default)]
pub struct Counter(u32);

#[actor]
impl Counter {
    /// Adds one.
    pub fn add(&mut self) -> u32 {
        self.0 += 1;
        self.0
    }
}

#[test]
fn dropping_a_local_task_that_never_ran_ends_its_actor() {
    let runtime = runtime::Builder::new_current_thread().build().unwrap();
    let local = LocalSet::new();
    let counter = {
        let _runtime = runtime.enter();
        let _local = local.enter();
        Builder::new().spawn_local(Counter(0))
    };
    let answer = counter.add().try_call().unwrap();
    drop(local);
    assert!(matches!(
        ByHand::new(answer).gives().map_err(CallError::into_kind),
        Err(CallErrorKind::Stopped)
    ));
    assert_eq!(counter.exit_reason(), Some(ExitReason::Aborted));
}

#[test]
fn dropping_the_runtime_ends_its_actors() {
    let runtime = runtime::Builder::new_current_thread().build().unwrap();
    let counter = Builder::new().on(runtime.handle().clone()).spawn(Counter(0));
    let answer = counter.add().try_call().unwrap();
    drop(runtime);
    assert!(matches!(
        ByHand::new(answer).gives().map_err(CallError::into_kind),
        Err(CallErrorKind::Stopped)
    ));
    assert_eq!(counter.exit_reason(), Some(ExitReason::Aborted));

    let late =
        Builder::new().on(runtime::Builder::new_current_thread().build().unwrap().handle().clone());
    let late = late.spawn(Counter(0));
    assert_eq!(late.exit_reason(), Some(ExitReason::Aborted));
}

#[test]
fn dropping_a_loop_that_was_never_polled_ends_its_actor() {
    let (counter, run) = pair(Counter(0));
    let exited = ByHand::new(counter.exited()).waits();
    let answer = counter.add().try_call().unwrap();
    drop(run);
    let mut exited = exited;
    assert_eq!(exited.waker.wakes(), 1);
    assert_eq!(exited.gives(), ExitReason::Aborted);
    assert!(matches!(
        ByHand::new(answer).gives().map_err(CallError::into_kind),
        Err(CallErrorKind::Stopped)
    ));
}
