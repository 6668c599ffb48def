//! A handler that panics: its caller gets the panic, all other callers an error that the actor
//! stopped.

use actor_runtime::{CallError, CallErrorKind, ExitReason, OnPanic};
use shuttle::future::{block_on, spawn};

use crate::{
    explore::{explore, explore_with_bug},
    probe::{Plan, Running},
};

fn a_panic(on_panic: OnPanic) {
    block_on(async {
        let Running { probe, notes, task } = Plan::new(1).on_panic(on_panic).start();
        let panicking = spawn({
            let probe = probe.clone();
            async move { probe.panic(1).await }
        });
        let other = spawn(async move { (probe.note(2).await, probe.note(3).await) });

        match panicking.await.unwrap().map_err(CallError::into_kind) {
            Err(CallErrorKind::Panicked { message }) => assert_eq!(&*message, "as it was told"),
            other => panic!("a panic was reported as {other:?}"),
        }
        let (second, third) = other.await.unwrap();
        for (id, outcome) in [(2, second), (3, third)] {
            match outcome.map_err(CallError::into_kind) {
                Ok(answer) => assert!(answer == id && notes.has_begun(id)),
                Err(CallErrorKind::Closed | CallErrorKind::Stopped) => {
                    assert_eq!(on_panic, OnPanic::End);
                    assert!(!notes.has_begun(id));
                }
                Err(error) => panic!("harmed by another's panic: {error:?}"),
            }
        }
        match (on_panic, task.await.unwrap()) {
            (OnPanic::End, ExitReason::Panicked { method, .. }) => {
                assert_eq!(method.name(), "panic");
            }
            (OnPanic::Continue, ExitReason::HandlesDropped) => {}
            (_, reason) => panic!("{reason}"),
        }
    });
}

#[test]
fn a_panic_ends_the_actor() {
    explore(|| a_panic(OnPanic::End));
}

#[test]
fn with_on_panic_continue_only_the_caller_is_affected() {
    explore(|| a_panic(OnPanic::Continue));
}

#[test]
#[should_panic(expected = "a panic was reported as Err(Unanswered")]
fn finds_a_panic_that_is_not_reported() {
    explore_with_bug("nobody learns of a panic", || a_panic(OnPanic::End));
}
