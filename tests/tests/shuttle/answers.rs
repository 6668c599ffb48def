//! A set of answers, and the end of a caller or a reader, against those who answer and leave.

use actor_runtime::{ActorHandle, Answers, Replies, Reply, actor};
use shuttle::future::{block_on, spawn};

use crate::explore::{explore, explore_with_bug};

#[allow(dead_code, reason = "only its messages are used")]
struct Desk;

#[allow(dead_code, reason = "only its messages are used")]
#[actor]
impl Desk {
    /// Is answered by the model.
    pub fn ask(&self, caller: Reply<u32>) {
        drop(caller);
    }

    /// Is filled by the model.
    pub fn list(&self, values: Replies<u32>) {
        drop(values);
    }
}

fn replies_against_a_set() {
    block_on(async {
        let (desk, mut messages) = DeskHandle::mock();
        let mut answers = Answers::new();
        for key in 0..2 {
            answers.insert(key, desk.ask().sent().await.unwrap());
        }
        let mut answering = Vec::new();
        for number in 0..2 {
            let Some(DeskMessage::Ask { reply }) = messages.recv().await else { unreachable!() };
            answering.push(spawn(async move { reply.send(number) }));
        }
        let mut got = Vec::new();
        while let Some((key, answer)) = answers.next().await {
            assert_eq!(answer, Ok(key));
            got.push(key);
        }
        got.sort_unstable();
        assert_eq!(got, [0, 1]);
        for task in answering {
            task.await.unwrap();
        }
    });
}

#[test]
fn a_set_misses_no_answer() {
    explore(replies_against_a_set);
}

#[test]
#[should_panic(expected = "deadlock")]
fn finds_a_set_that_waits_later_than_it_looked() {
    explore_with_bug("a set waits later than it looked", replies_against_a_set);
}

#[test]
#[should_panic(expected = "deadlock")]
fn finds_a_set_that_notes_what_it_polls_too_late() {
    explore_with_bug("a set notes what it polls later than it looks", replies_against_a_set);
}

fn a_caller_leaves() {
    block_on(async {
        let (desk, mut messages) = DeskHandle::mock();
        let answer = desk.ask().sent().await.unwrap();
        let Some(DeskMessage::Ask { mut reply }) = messages.recv().await else { unreachable!() };
        let leaving = spawn(async move { drop(answer) });
        reply.gone().await;
        assert!(reply.is_closed());
        leaving.await.unwrap();
    });
}

#[test]
fn a_reply_learns_that_its_caller_leaves() {
    explore(a_caller_leaves);
}

#[test]
#[should_panic(expected = "deadlock")]
fn finds_a_caller_that_leaves_in_silence() {
    explore_with_bug("a body is not told that its caller left", a_caller_leaves);
}

fn a_reader_leaves() {
    block_on(async {
        let (desk, mut messages) = DeskHandle::mock();
        let stream = desk.list().buffer(1).sent().await.unwrap();
        let Some(DeskMessage::List { reply: mut values }) = messages.recv().await else {
            unreachable!()
        };
        values.try_send(1).unwrap();
        let leaving = spawn(async move { drop(stream) });
        values.gone().await;
        values.room().await;
        leaving.await.unwrap();
    });
}

#[test]
fn a_stream_learns_that_its_reader_leaves() {
    explore(a_reader_leaves);
}

#[test]
#[should_panic(expected = "deadlock")]
fn finds_a_reader_that_leaves_in_silence() {
    explore_with_bug("a reader leaves in silence", a_reader_leaves);
}

#[test]
#[should_panic(expected = "deadlock")]
fn finds_a_writer_that_watches_later_than_it_looked() {
    explore_with_bug("a writer watches later than it looked", a_reader_leaves);
}
