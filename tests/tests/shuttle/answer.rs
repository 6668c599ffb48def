//! A reply against a caller that gives up: one of them is first, and both sides agree which.

use std::{
    future::poll_fn,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::Poll,
};

use actor_runtime::{ActorHandle, CallError, CallErrorKind, ExitReason};
use shuttle::future::{block_on, spawn};

use crate::{
    explore::{explore, explore_with_bug},
    probe::{Running, Token, start},
};

/// Polls a future once, and drops it.
async fn poll_once<F: Future>(future: F) -> Option<F::Output> {
    let mut future = Box::pin(future);
    poll_fn(|cx| {
        Poll::Ready(match Pin::new(&mut future).poll(cx) {
            Poll::Ready(output) => Some(output),
            Poll::Pending => None,
        })
    })
    .await
}

fn a_reply_against_a_caller_that_gives_up() {
    block_on(async {
        let running = start(64);
        let has_left = Arc::new(AtomicBool::new(false));
        let answer = running.probe.later().sent().await.unwrap();
        running.probe.note(0).await.unwrap();
        let caller = spawn({
            let has_left = has_left.clone();
            async move {
                let got = poll_once(answer).await;
                has_left.store(true, Ordering::SeqCst);
                got
            }
        });
        let (token, token_dropped) = Token::new();
        let answering = spawn({
            let probe = running.probe.clone();
            async move {
                let had_left = has_left.load(Ordering::SeqCst);
                (probe.answer_later(token).await.unwrap(), had_left)
            }
        });

        let got = caller.await.unwrap();
        let (was_taken, had_left) = answering.await.unwrap();
        match got {
            Some(answer) => {
                assert_eq!(was_taken, Some(true), "an answer that was read was not taken");
                drop(answer.unwrap());
            }
            None if had_left => assert_eq!(was_taken, Some(false), "taken by one who had left"),
            // The reply may have come between the only poll and the drop.
            None => assert!(was_taken.is_some()),
        }
        assert!(token_dropped.load(Ordering::SeqCst), "an unread answer was lost");
        running.ended().await;
    });
}

#[test]
fn a_reply_reaches_its_caller_or_is_returned() {
    explore(a_reply_against_a_caller_that_gives_up);
}

#[test]
#[should_panic(expected = "taken by one who had left")]
fn finds_a_reply_to_a_caller_that_is_gone() {
    explore_with_bug("a caller who left is answered", a_reply_against_a_caller_that_gives_up);
}

fn a_reply_against_a_caller_that_waits() {
    block_on(async {
        let running = start(64);
        let first = running.probe.later().sent().await.unwrap();
        let second = running.probe.later().sent().await.unwrap();
        let callers = [spawn(first), spawn(second)];
        let (token, _) = Token::new();
        let answering = spawn({
            let probe = running.probe.clone();
            async move {
                assert_eq!(probe.answer_later(token).await, Ok(Some(true)));
                probe.forget_later().await.unwrap();
            }
        });
        let [first, second] = callers;
        let first = first.await.unwrap();
        assert!(matches!(first.map_err(CallError::into_kind), Err(CallErrorKind::Unanswered)));
        assert!(second.await.unwrap().is_ok(), "the last to come is answered first");
        answering.await.unwrap();
        running.ended().await;
    });
}

#[test]
fn a_waiting_caller_is_woken_by_every_outcome() {
    explore(a_reply_against_a_caller_that_waits);
}

#[test]
#[should_panic(expected = "deadlock")]
fn finds_a_caller_that_is_not_woken() {
    explore_with_bug("an answer comes later than the wake-up", a_reply_against_a_caller_that_waits);
}

#[test]
#[should_panic(expected = "deadlock")]
fn finds_a_forgotten_reply() {
    explore_with_bug("a dropped reply says nothing", a_reply_against_a_caller_that_waits);
}

fn a_call_dropped_before_it_starts() {
    block_on(async {
        let Running { probe, notes, task } = start(64);
        let caller = spawn({
            let probe = probe.clone();
            async move {
                let got = poll_once(probe.note(1)).await;
                assert!(got.is_none(), "the first poll only sends");
                // So many messages had been taken when the call was dropped.
                probe.stats().counts.handled
            }
        });
        probe.note(2).await.unwrap();
        let taken_before = caller.await.unwrap();
        drop(probe);
        assert_eq!(task.await.unwrap(), ExitReason::HandlesDropped);
        if let Some(before) = notes.begun().iter().position(|&id| id == 1) {
            assert!((before as u64) < taken_before, "it began after its caller had left");
        }
        assert_eq!(notes.begun(), notes.done());
    });
}

#[test]
fn a_dropped_call_does_not_start() {
    explore(a_call_dropped_before_it_starts);
}

#[test]
#[should_panic(expected = "it began after its caller had left")]
fn finds_a_dropped_call_that_starts() {
    explore_with_bug("nothing is skipped", a_call_dropped_before_it_starts);
}

/// The caller leaves while the handler takes a watch.
fn a_watch_against_a_caller_that_gives_up() {
    block_on(async {
        let running = start(64);
        let answer = running.probe.later().sent().await.unwrap();
        running.probe.note(0).await.unwrap();
        let leaving = spawn(async move { drop(answer) });
        let watch = running.probe.watch_later().await.unwrap().expect("a reply is kept");
        leaving.await.unwrap();
        assert!(watch.is_closed(), "a watch missed that the caller left");
        running.probe.forget_later().await.unwrap();
        running.ended().await;
    });
}

#[test]
fn a_watch_sees_that_its_caller_left() {
    explore(a_watch_against_a_caller_that_gives_up);
}

#[test]
#[should_panic(expected = "a watch missed that the caller left")]
fn finds_a_watch_that_misses_a_caller() {
    explore_with_bug(
        "a callback is not told that its caller left",
        a_watch_against_a_caller_that_gives_up,
    );
}
