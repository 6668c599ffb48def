//! `Reply::send_acknowledged` against callers that give up.

use std::task::Poll;

use actor_runtime::{Answer, ExitReason};
use shuttle::future::{block_on, spawn, yield_now};

use crate::{
    explore::{explore, explore_with_bug},
    probe::{Running, Token, start},
};

/// Polls an answer for a few turns. Returns whether the reply came in time.
async fn read(mut answer: Answer<Token>, turns: u32) -> bool {
    for _ in 0..turns {
        if let Poll::Ready(token) = futures::poll!(&mut answer) {
            drop(token.unwrap());
            return true;
        }
        yield_now().await;
    }
    false
}

fn acknowledged_against_drop() {
    block_on(async {
        let Running { probe, notes, task } = start(2);
        let readers: Vec<_> = [(1, 1), (2, 2), (3, 3)]
            .into_iter()
            .map(|(id, turns)| {
                let probe = probe.clone();
                spawn(async move {
                    let answer = probe.acknowledged(id).sent().await.unwrap();
                    (id, read(answer, turns).await)
                })
            })
            .collect();
        let mut read = Vec::new();
        for reader in readers {
            read.push(reader.await.unwrap());
        }
        drop(probe);
        assert_eq!(task.await.unwrap(), ExitReason::HandlesDropped);
        for (id, was_read) in read {
            assert_eq!(notes.done().contains(&id), was_read, "what the sender learned of {id}");
        }
    });
}

#[test]
fn a_sender_learns_whether_its_reply_was_read() {
    explore(acknowledged_against_drop);
}

#[test]
#[should_panic(expected = "deadlock")]
fn finds_an_acknowledgement_that_is_missed() {
    explore_with_bug("an acknowledgement comes before the wait", acknowledged_against_drop);
}

#[test]
#[should_panic(expected = "deadlock")]
fn finds_a_returned_reply_that_wakes_no_sender() {
    explore_with_bug("an answer comes back in silence", acknowledged_against_drop);
}

#[test]
#[should_panic(expected = "deadlock")]
fn finds_an_unread_reply_that_is_dropped() {
    explore_with_bug("an unread answer is dropped", acknowledged_against_drop);
}
