//! Those who wait for the end, against the end.

use std::{future::poll_fn, pin::Pin, task::Poll};

use actor_runtime::{ActorHandle, ExitReason};
use shuttle::future::{block_on, spawn};

use crate::{
    explore::{explore, explore_with_bug},
    probe::{Running, start},
};

fn watchers_against_the_end() {
    block_on(async {
        let Running { probe, notes, task } = start(64);
        let weak = probe.downgrade();
        let waiting = probe.exited();
        let mut impatient = probe.exited();
        let watchers = [
            spawn(waiting),
            spawn(async move {
                // One who asks, goes away, and asks anew.
                let first = poll_fn(|cx| Poll::Ready(Pin::new(&mut impatient).poll(cx))).await;
                drop(impatient);
                match (first, weak.upgrade()) {
                    (Poll::Ready(reason), _) => reason,
                    (Poll::Pending, Some(probe)) => {
                        let exited = probe.exited();
                        drop(probe);
                        exited.await
                    }
                    (Poll::Pending, None) => ExitReason::HandlesDropped,
                }
            }),
        ];
        let owner = spawn(async move {
            probe.slow(1).try_cast().unwrap();
            drop(probe);
        });
        for watcher in watchers {
            assert_eq!(watcher.await.unwrap(), ExitReason::HandlesDropped);
        }
        owner.await.unwrap();
        assert_eq!(task.await.unwrap(), ExitReason::HandlesDropped);
        assert_eq!(notes.done(), [1]);
    });
}

#[test]
fn whoever_waits_for_the_end_learns_of_it() {
    explore(watchers_against_the_end);
}

#[test]
#[should_panic(expected = "deadlock")]
fn finds_a_watcher_who_comes_too_late() {
    explore_with_bug("a watcher waits later than it looked", watchers_against_the_end);
}

#[test]
#[should_panic(expected = "deadlock")]
fn finds_a_watcher_who_is_not_woken() {
    explore_with_bug("the end wakes nobody", watchers_against_the_end);
}
