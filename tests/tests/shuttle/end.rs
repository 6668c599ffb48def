//! Tasks that wait for the exit, against the exit.

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
                // Asks, drops the future, and asks again.
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
fn every_task_that_waits_for_the_exit_is_woken() {
    explore(watchers_against_the_end);
}

#[test]
#[should_panic(expected = "deadlock")]
fn finds_a_watcher_that_registers_too_late() {
    explore_with_bug("a watcher waits later than it looked", watchers_against_the_end);
}

#[test]
#[should_panic(expected = "deadlock")]
fn finds_a_watcher_that_is_not_woken() {
    explore_with_bug("the end wakes nobody", watchers_against_the_end);
}
