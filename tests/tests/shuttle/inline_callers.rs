//! Callers of an inline handler, some of which do not belong to the runtime of the actor.

use actor_runtime::{ActorHandle, CallError, CallErrorKind, ExitReason, OnPanic};
use shuttle::{future::block_on, thread};

use crate::{
    explore::{explore, explore_with_bug},
    inline::{End, IS_ELSEWHERE, Running, start},
};

/// One caller belongs to the actor's runtime, the other does not.
fn callers_from_both_sides(end: Option<End>) {
    block_on(async {
        let Running { desk, notes, task } = start(OnPanic::End);
        let callers = [false, true].map(|is_elsewhere| {
            let desk = desk.clone();
            thread::spawn(move || {
                if is_elsewhere {
                    actor_runtime::__private::leave_runtime();
                    IS_ELSEWHERE.with(|here| here.set(true));
                }
                let ids = if is_elsewhere { [3, 4] } else { [1, 2] };
                ids.map(|id| (id, desk.note(id).blocking()))
            })
        });
        match end {
            Some(End::Shutdown) => desk.close(),
            Some(End::Abort) => desk.abort(),
            Some(End::LoopDropped) => task.abort(),
            None => {}
        }
        let exited = desk.exited();
        drop(desk);
        let outcomes: Vec<_> =
            callers.into_iter().flat_map(|caller| caller.join().unwrap()).collect();
        let reason = match end {
            Some(End::Shutdown) => ExitReason::Shutdown,
            Some(End::Abort | End::LoopDropped) => ExitReason::Aborted,
            None => ExitReason::HandlesDropped,
        };
        assert_eq!(exited.await, reason);
        assert!(notes.is_dropped(), "the end was reported before the state was dropped");
        let done = notes.done();
        for (id, outcome) in outcomes {
            match outcome.map_err(CallError::into_kind) {
                Ok(answer) => assert!(answer == id && done.contains(&id)),
                Err(CallErrorKind::Closed | CallErrorKind::Stopped) if end.is_some() => {}
                Err(error) => panic!("{error:?}"),
            }
        }
        let in_order = |ids: [u32; 2]| done.iter().filter(|id| ids.contains(id)).is_sorted();
        assert!(in_order([1, 2]) && in_order([3, 4]), "handled out of order");
        assert!(!notes.ran_elsewhere(), "a handler ran elsewhere");
    });
}

#[test]
fn no_handler_runs_on_a_thread_of_another_runtime() {
    explore(|| callers_from_both_sides(None));
}

#[test]
fn no_handler_runs_on_a_thread_of_another_runtime_during_a_shutdown() {
    explore(|| callers_from_both_sides(Some(End::Shutdown)));
}

#[test]
fn no_handler_runs_on_a_thread_of_another_runtime_during_an_abort() {
    explore(|| callers_from_both_sides(Some(End::Abort)));
}

#[test]
#[should_panic(expected = "a handler ran elsewhere")]
fn finds_a_handler_that_runs_on_a_thread_of_another_runtime() {
    explore_with_bug("a caller from elsewhere runs a handler", || callers_from_both_sides(None));
}

#[test]
#[should_panic]
fn finds_a_call_from_elsewhere_that_is_lost() {
    explore_with_bug("a call from elsewhere is lost", || callers_from_both_sides(None));
}
