//! Plain threads that wait for an actor.

use actor_runtime::{ActorHandle, ExitReason};
use shuttle::{future::block_on, thread};

use crate::{
    explore::{explore, explore_with_bug},
    probe::{Running, start},
};

fn threads_against_the_end() {
    let Running { probe, notes, task } = start(1);
    let threads: Vec<_> = [[1, 2], [3, 4]]
        .into_iter()
        .map(|[cast, called]| {
            let probe = probe.clone();
            thread::spawn(move || {
                probe.slow(cast).cast_blocking().unwrap();
                assert_eq!(probe.note(called).blocking(), Ok(called));
            })
        })
        .collect();
    let exited = probe.exited();
    drop(probe);
    for thread in threads {
        thread.join().unwrap();
    }
    assert_eq!(block_on(exited), ExitReason::HandlesDropped);
    assert_eq!(block_on(task).unwrap(), ExitReason::HandlesDropped);
    notes.assert_order(&[1, 2]);
    notes.assert_order(&[3, 4]);
    assert_eq!(notes.done().len(), 4);
}

#[test]
fn plain_threads_are_woken() {
    explore(threads_against_the_end);
}

/// One thread and the actor. A parked thread may wake up spuriously, in a model as in reality, and
/// the fewer other threads run meanwhile, the rarer that is.
fn one_thread() {
    let Running { probe, notes, task } = start(1);
    let thread = thread::spawn(move || {
        probe.note(1).cast_blocking().unwrap();
        probe.note(2).cast_blocking().unwrap();
        assert_eq!(probe.note(3).blocking(), Ok(3));
    });
    thread.join().unwrap();
    assert_eq!(block_on(task).unwrap(), ExitReason::HandlesDropped);
    assert_eq!(notes.done(), [1, 2, 3]);
}

#[test]
fn a_plain_thread_is_woken() {
    explore(one_thread);
}

#[test]
#[should_panic(expected = "deadlock")]
fn finds_a_thread_that_is_not_woken() {
    explore_with_bug("a promoted sender sleeps on", one_thread);
}
