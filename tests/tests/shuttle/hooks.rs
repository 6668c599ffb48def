//! Messages, and the end, against an actor that is running a hook.

use actor_runtime::{ActorHandle, CallError, CallErrorKind, ExitReason};
use shuttle::future::{block_on, spawn};

use crate::{
    explore::{explore, explore_with_bug},
    probe::{Plan, Running},
};

fn messages_against_idle_times() {
    block_on(async {
        let Running { probe, notes, task } = Plan::new(2).slow_hooks().start();
        let callers: Vec<_> = [[1, 2], [3, 4]]
            .into_iter()
            .map(|[called, cast]| {
                let probe = probe.clone();
                spawn(async move {
                    assert_eq!(probe.note(called).await, Ok(called));
                    probe.note(cast).cast().await.unwrap();
                })
            })
            .collect();
        drop(probe);
        for caller in callers {
            caller.await.unwrap();
        }
        assert_eq!(task.await.unwrap(), ExitReason::HandlesDropped);
        assert_eq!(notes.done().len(), 4);
        assert_eq!(notes.stopped_after(), 4, "it stopped before it was done");
        // After the last message for certain, and at most after each.
        assert!((1..=4).contains(&notes.idle_times()), "idle {} times", notes.idle_times());
    });
}

#[test]
fn a_message_wakes_an_actor_after_on_idle() {
    explore(messages_against_idle_times);
}

#[test]
#[should_panic(expected = "deadlock")]
fn finds_a_message_missed_while_idle() {
    explore_with_bug("a wake-up that is spent is waited for", messages_against_idle_times);
}

fn an_abort_against_hooks() {
    block_on(async {
        let Running { probe, notes, task } = Plan::new(2).slow_hooks().start();
        let caller = spawn({
            let probe = probe.clone();
            async move { (probe.note(1).await, probe.note(2).await) }
        });
        let aborter = spawn({
            let probe = probe.clone();
            async move { probe.abort() }
        });
        let reason = probe.shutdown().await;
        aborter.await.unwrap();
        match reason {
            ExitReason::Aborted => assert!(notes.is_dropped()),
            // The abort came too late.
            ExitReason::Shutdown => assert_eq!(notes.stopped_after(), notes.done().len()),
            reason => panic!("{reason}"),
        }
        let (first, second) = caller.await.unwrap();
        for (id, outcome) in [(1, first), (2, second)] {
            match outcome.map_err(CallError::into_kind) {
                Ok(answer) => assert!(answer == id && notes.has_begun(id)),
                Err(CallErrorKind::Stopped) => assert_eq!(reason, ExitReason::Aborted),
                Err(CallErrorKind::Closed) => assert!(!notes.has_begun(id)),
                Err(error) => panic!("{error:?}"),
            }
        }
        assert_eq!(task.await.unwrap(), reason);
    });
}

#[test]
fn an_abort_interrupts_a_hook() {
    explore(an_abort_against_hooks);
}

#[test]
#[should_panic(expected = "deadlock")]
fn finds_an_exit_that_wakes_no_waiter() {
    explore_with_bug("the end wakes nobody", an_abort_against_hooks);
}
