//! Messages that the loop has taken from the queue, and whose handlers have not begun: for the capacity, the order, and
//! the end they are still in it.

use std::sync::atomic::Ordering;

use actor_runtime::{ActorHandle, CallErrorKind, ExitReason};
use shuttle::future::{block_on, spawn, yield_now};

use crate::{
    explore::{explore, explore_with_bug},
    probe::{Plan, Running, Token, only_if_woken, start},
};

/// Each message that the loop begins leaves room, also if its handler never ends.
fn room_against_a_stuck_handler() {
    block_on(async {
        let (probe, notes, run) = Plan::new(3).pair();
        probe.note(1).try_cast().unwrap();
        probe.note(2).try_cast().unwrap();
        probe.stuck(3).try_cast().unwrap();
        let sender = spawn({
            let probe = probe.clone();
            async move {
                for id in [4, 5, 6] {
                    only_if_woken(probe.note(id).cast()).await.unwrap();
                }
                // They are in the mailbox: the handler of 3 runs for ever.
                probe.abort();
            }
        });
        let task = spawn(run);
        sender.await.unwrap();
        assert_eq!(task.await.unwrap().reason, ExitReason::Aborted);
        notes.assert_order(&[1, 2, 3]);
        assert!(![4, 5, 6].into_iter().any(|id| notes.has_begun(id)));
    });
}

#[test]
fn a_message_that_begins_leaves_room() {
    explore(room_against_a_stuck_handler);
}

#[test]
#[should_panic(expected = "deadlock")]
fn finds_a_sender_that_the_loop_does_not_know_of() {
    explore_with_bug("the loop does not know who waits", room_against_a_stuck_handler);
}

#[test]
#[should_panic(expected = "deadlock")]
fn finds_a_loop_that_looks_for_senders_too_early() {
    explore_with_bug(
        "the loop looks for senders before it makes room",
        room_against_a_stuck_handler,
    );
}

/// There are never more messages than the capacity allows.
fn capacity_against_senders() {
    block_on(async {
        const CAPACITY: usize = 3;
        let Running { probe, notes, task } = start(CAPACITY);
        let senders: Vec<_> = [[1, 2, 3], [4, 5, 6]]
            .into_iter()
            .map(|ids| {
                let probe = probe.clone();
                spawn(async move {
                    for id in ids {
                        probe.note(id).cast().await.unwrap();
                        let queued = probe.stats().queued;
                        assert!(queued <= CAPACITY, "more than the capacity: {queued}");
                    }
                    ids
                })
            })
            .collect();
        drop(probe);
        for sender in senders {
            notes.assert_order(&sender.await.unwrap());
        }
        assert_eq!(task.await.unwrap(), ExitReason::HandlesDropped);
        assert_eq!(notes.done().len(), 6);
    });
}

#[test]
fn the_capacity_is_kept() {
    explore(capacity_against_senders);
}

#[test]
#[should_panic(expected = "more than the capacity")]
fn finds_a_capacity_that_is_exceeded() {
    explore_with_bug("what the loop has taken leaves room", capacity_against_senders);
}

/// A lease holds up the messages after it, and none overtakes another meanwhile.
fn lease_among_messages() {
    block_on(async {
        let (probe, notes, run) = Plan::new(8).pair();
        probe.note(1).try_cast().unwrap();
        probe.note(2).try_cast().unwrap();
        let mut lease = Box::pin(probe.lease());
        assert!(futures::poll!(lease.as_mut()).is_pending());
        probe.note(5).try_cast().unwrap();
        probe.note(6).try_cast().unwrap();
        let sender = spawn({
            let probe = probe.clone();
            async move { probe.note(7).cast().await }
        });
        let task = spawn(run);
        let lease = lease.await.unwrap();
        for id in [3, 4] {
            lease.note(id).cast().await.unwrap();
        }
        yield_now().await;
        drop(lease);
        sender.await.unwrap().unwrap();
        drop(probe);
        assert_eq!(task.await.unwrap().reason, ExitReason::HandlesDropped);
        notes.assert_order(&[1, 2, 3, 4, 5, 6, 7]);
        assert!([1, 2, 3, 4, 5, 6, 7].into_iter().all(|id| notes.has_begun(id)));
    });
}

#[test]
fn a_lease_changes_no_order() {
    explore(lease_among_messages);
}

#[test]
#[should_panic(expected = "handled out of order")]
fn finds_a_message_that_is_put_back_behind_others() {
    explore_with_bug("what is put back is overtaken", lease_among_messages);
}

/// A call that is dropped while others are ahead of it does not begin. The loop may be about to begin it: then it is the
/// next.
fn a_call_dropped_among_messages() {
    block_on(async {
        let (probe, notes, run) = Plan::new(8).pair();
        probe.note(1).try_cast().unwrap();
        probe.note(2).try_cast().unwrap();
        probe.note(3).try_cast().unwrap();
        let mut call = Box::pin(probe.note(4));
        assert!(futures::poll!(call.as_mut()).is_pending());
        probe.note(5).try_cast().unwrap();
        let task = spawn(run);
        drop(call);
        let begun_before = probe.stats().counts.handled;
        drop(probe);
        assert_eq!(task.await.unwrap().reason, ExitReason::HandlesDropped);
        if let Some(before) = notes.begun().iter().position(|&id| id == 4) {
            assert!(before as u64 <= begun_before, "it began after its caller had left");
        }
        notes.assert_order(&[1, 2, 3, 4, 5]);
        assert!([1, 2, 3, 5].into_iter().all(|id| notes.has_begun(id)));
    });
}

#[test]
fn a_dropped_call_does_not_start() {
    explore(a_call_dropped_among_messages);
}

#[test]
#[should_panic(expected = "it began after its caller had left")]
fn finds_a_dropped_call_that_starts() {
    explore_with_bug("nothing is skipped", a_call_dropped_among_messages);
}

/// An abort ends the calls of messages that the loop has taken, and drops what they carry.
fn abort_among_messages() {
    block_on(async {
        let (probe, notes, run) = Plan::new(8).pair();
        let mut first = Box::pin(probe.slow(1));
        assert!(futures::poll!(first.as_mut()).is_pending());
        let (tokens, dropped): (Vec<_>, Vec<_>) = (0..3).map(|_| Token::new()).unzip();
        let mut calls = Vec::new();
        for (id, token) in (2..).zip(tokens) {
            let mut call = Box::pin(probe.carry(id, token));
            assert!(futures::poll!(call.as_mut()).is_pending());
            calls.push((id, call));
        }
        let ender = spawn({
            let probe = probe.clone();
            async move { probe.abort() }
        });
        let task = spawn(run);
        for (id, call) in calls {
            match call.await {
                Ok(answer) => assert_eq!(answer, id),
                Err(error) => assert_eq!(error.kind(), &CallErrorKind::Stopped),
            }
        }
        ender.await.unwrap();
        assert_eq!(task.await.unwrap().reason, ExitReason::Aborted);
        assert!(dropped.into_iter().all(|is_dropped| is_dropped.load(Ordering::SeqCst)));
        assert_eq!(probe.stats().queued, 0);
        notes.assert_order(&[1, 2, 3, 4]);
    });
}

#[test]
fn an_abort_loses_no_message() {
    explore(abort_among_messages);
}
