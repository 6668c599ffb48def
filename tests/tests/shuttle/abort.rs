//! Calls against an abort: the actor ends wherever it waits, and every caller gets an error.

use actor_runtime::{ActorHandle, CallError, CallErrorKind, ExitReason};
use shuttle::future::{block_on, spawn};

use crate::{
    explore::{explore, explore_with_bug},
    probe::{Running, start},
};

fn calls_against_abort() {
    block_on(async {
        let Running { probe, notes, task } = start(1);
        let noted = spawn({
            let probe = probe.clone();
            async move { probe.note(1).await }
        });
        let stuck = spawn({
            let probe = probe.clone();
            async move { probe.stuck(2).await }
        });
        let aborter = spawn({
            let probe = probe.clone();
            async move { probe.abort() }
        });

        assert_eq!(probe.exited().await, ExitReason::Aborted);
        assert!(notes.is_dropped(), "the end was reported before the state was dropped");
        aborter.await.unwrap();
        match noted.await.unwrap().map_err(CallError::into_kind) {
            Ok(answer) => assert!(answer == 1 && notes.has_begun(1)),
            Err(CallErrorKind::Closed | CallErrorKind::Stopped) => {
                assert!(!notes.has_begun(1));
            }
            Err(error) => panic!("{error:?}"),
        }
        match stuck.await.unwrap().unwrap_err().into_kind() {
            CallErrorKind::Stopped => {}
            CallErrorKind::Closed => assert!(!notes.has_begun(2)),
            error => panic!("{error:?}"),
        }
        assert_eq!(task.await.unwrap(), ExitReason::Aborted);
    });
}

#[test]
fn calls_complete_when_the_actor_is_aborted() {
    explore(calls_against_abort);
}

#[test]
#[should_panic(expected = "deadlock")]
fn finds_a_loop_that_misses_the_abort() {
    explore_with_bug("the loop waits later than it looked", calls_against_abort);
}

#[test]
#[should_panic(expected = "Unanswered")]
fn finds_callers_that_are_not_failed_by_the_abort() {
    explore_with_bug("the end is not told to callers", calls_against_abort);
}

#[test]
#[should_panic(expected = "deadlock")]
fn finds_a_dropped_reply_that_does_not_fail_its_call() {
    explore_with_bug("a dropped reply says nothing", calls_against_abort);
}

/// The loop's future is dropped, as by an executor that shuts down.
fn calls_against_a_dropped_loop() {
    block_on(async {
        let Running { probe, notes, task } = start(1);
        let callers: Vec<_> = [1, 2]
            .into_iter()
            .map(|id| {
                let probe = probe.clone();
                spawn(async move { (id, probe.slow(id).await) })
            })
            .collect();
        task.abort();
        assert_eq!(probe.exited().await, ExitReason::Aborted);
        assert!(notes.is_dropped());
        for caller in callers {
            let (id, outcome) = caller.await.unwrap();
            match (id, outcome.map_err(CallError::into_kind)) {
                (id, Ok(answer)) => assert!(answer == id && notes.has_begun(id)),
                (_, Err(CallErrorKind::Stopped)) => {}
                (id, Err(CallErrorKind::Closed)) => assert!(!notes.has_begun(id)),
                (_, Err(error)) => panic!("{error:?}"),
            }
        }
    });
}

#[test]
fn calls_complete_when_the_loop_is_dropped() {
    explore(calls_against_a_dropped_loop);
}

#[test]
#[should_panic(expected = "deadlock")]
fn finds_an_exit_that_wakes_no_waiter() {
    explore_with_bug("the end wakes nobody", calls_against_a_dropped_loop);
}
