//! Senders that wait for room in a full mailbox.

use std::{future::poll_fn, pin::pin, sync::atomic::Ordering, task::Poll};

use actor_runtime::{ActorHandle, ExitReason};
use shuttle::future::{block_on, spawn};

use crate::{
    explore::{explore, explore_with_bug},
    probe::{Plan, ProbeMessage, Running, Token, start},
};

/// Waiting senders are accepted, in order.
fn room_against_promotion() {
    block_on(async {
        let Running { probe, notes, task } = start(1);
        let senders: Vec<_> = [[1, 2], [3, 4], [5, 6]]
            .into_iter()
            .map(|ids| {
                let probe = probe.clone();
                spawn(async move {
                    let [first, second] = ids;
                    probe.note(first).cast().await.unwrap();
                    assert_eq!(probe.note(second).await, Ok(second));
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
fn waiting_senders_are_accepted() {
    explore(room_against_promotion);
}

#[test]
#[should_panic(expected = "deadlock")]
fn finds_a_promoted_sender_that_is_not_woken() {
    explore_with_bug("a promoted sender sleeps on", room_against_promotion);
}

/// Senders that wait when the mailbox closes get their message back.
fn room_against_close() {
    block_on(async {
        let Running { probe, notes, task } = start(1);
        let senders: Vec<_> = [1, 2, 3]
            .into_iter()
            .map(|id| {
                let probe = probe.clone();
                spawn(async move {
                    match probe.note(id).cast().await.map_err(|error| error.into_inner()) {
                        Ok(()) => (id, true),
                        Err(ProbeMessage::Note { id: returned, .. }) if returned == id => {
                            (id, false)
                        }
                        Err(other) => panic!("{other:?} came back instead of {id}"),
                    }
                })
            })
            .collect();
        probe.close();
        for sender in senders {
            let (id, is_accepted) = sender.await.unwrap();
            if !is_accepted {
                assert!(!notes.has_begun(id), "refused and handled");
            }
        }
        let accepted = probe.stats().counts.handled;
        assert_eq!(task.await.unwrap(), ExitReason::Shutdown);
        assert!(accepted <= notes.done().len() as u64);
    });
}

/// The messages accepted must be those that were handled.
fn nothing_is_lost_at_close() {
    block_on(async {
        let Running { probe, notes, task } = start(1);
        let senders: Vec<_> = [1, 2, 3]
            .into_iter()
            .map(|id| {
                let probe = probe.clone();
                spawn(async move { (id, probe.note(id).cast().await.is_ok()) })
            })
            .collect();
        probe.shutdown().await;
        for sender in senders {
            let (id, is_accepted) = sender.await.unwrap();
            assert_eq!(notes.has_begun(id), is_accepted, "accepted is handled, refused is not");
        }
        task.await.unwrap();
    });
}

#[test]
fn waiting_senders_fail_when_the_mailbox_closes() {
    explore(room_against_close);
    explore(nothing_is_lost_at_close);
}

#[test]
#[should_panic(expected = "deadlock")]
fn finds_a_waiting_sender_that_does_not_fail() {
    explore_with_bug("nobody is told that it closed", room_against_close);
}

#[test]
#[should_panic(expected = "accepted is handled")]
fn finds_a_message_accepted_after_the_exit() {
    explore_with_bug("a sender is accepted later than it looked", nothing_is_lost_at_close);
}

/// A sender that stops waiting withdraws its message, unless it was accepted at that very moment.
fn room_against_withdraw() {
    block_on(async {
        let (probe, notes, run) = Plan::new(1).pair();
        probe.note(1).try_cast().unwrap();
        let (token, token_dropped) = Token::new();
        let leaver = spawn({
            let (probe, notes) = (probe.clone(), notes.clone());
            async move {
                {
                    let mut cast = pin!(probe.carry(2, token).cast());
                    let polled = poll_fn(|cx| Poll::Ready(cast.as_mut().poll(cx))).await;
                    if polled.is_ready() {
                        return true;
                    }
                }
                assert_eq!(probe.stats().waiting, 0, "it still waits for room");
                // Either it was withdrawn and dropped, or it was accepted.
                !token_dropped.load(Ordering::SeqCst) || notes.has_begun(2)
            }
        });
        let task = spawn(run);
        let is_accepted = leaver.await.unwrap();
        assert_eq!(probe.note(3).await, Ok(3));
        drop(probe);
        task.await.unwrap();
        assert_eq!(notes.has_begun(2), is_accepted, "withdrawn is not handled, accepted is");
        assert!(notes.has_begun(1));
    });
}

#[test]
fn a_sender_that_stops_waiting_withdraws_its_message() {
    explore(room_against_withdraw);
}

#[test]
#[should_panic(expected = "it still waits for room")]
fn finds_a_withdrawn_message_that_stays() {
    explore_with_bug("a withdrawn message stays", room_against_withdraw);
}
