//! Streamed replies, against a reader that stops reading and against an abort.

use actor_runtime::{ActorHandle, CallError, CallErrorKind, ExitReason};
use shuttle::future::{block_on, spawn};

use crate::{
    explore::{explore, explore_with_bug},
    probe::{Running, start},
};

fn a_stream_to_its_end() {
    block_on(async {
        let Running { probe, notes, task } = start(64);
        let mut values = probe.count(3).buffer(1).sent().await.unwrap();
        let reader = spawn(async move {
            for expected in 0..3 {
                assert_eq!(values.next().await, Some(Ok(expected)));
            }
            assert_eq!(values.next().await, None);
            assert_eq!(values.next().await, None, "a stream ends once");
        });
        reader.await.unwrap();
        drop(probe);
        task.await.unwrap();
        assert_eq!(notes.done(), [3]);
    });
}

#[test]
fn a_stream_yields_every_value_in_order() {
    explore(a_stream_to_its_end);
}

#[test]
#[should_panic(expected = "deadlock")]
fn finds_a_writer_that_misses_its_room() {
    explore_with_bug("a writer waits later than it looked", a_stream_to_its_end);
}

#[test]
#[should_panic(expected = "deadlock")]
fn finds_a_reader_that_misses_a_value() {
    explore_with_bug("a reader waits later than it looked", a_stream_to_its_end);
}

fn a_stream_against_a_reader_that_stops() {
    block_on(async {
        let Running { probe, notes, task } = start(64);
        let mut values = probe.count(4).buffer(1).sent().await.unwrap();
        let reader = spawn(async move {
            assert_eq!(values.next().await, Some(Ok(0)));
        });
        // The handler continues when its reader is gone, and so does the actor.
        assert_eq!(probe.note(9).await, Ok(9));
        reader.await.unwrap();
        assert_eq!(notes.done(), [9], "the handler learns that its reader is gone");
        drop(probe);
        assert_eq!(task.await.unwrap(), ExitReason::HandlesDropped);
    });
}

#[test]
fn a_handler_learns_that_its_reader_is_gone() {
    explore(a_stream_against_a_reader_that_stops);
}

#[test]
#[should_panic(expected = "deadlock")]
fn finds_a_reader_that_stops_without_waking_the_writer() {
    explore_with_bug("a reader leaves in silence", a_stream_against_a_reader_that_stops);
}

fn a_stream_against_an_abort() {
    block_on(async {
        let Running { probe, notes: _, task } = start(64);
        let mut values = probe.count(3).buffer(1).sent().await.unwrap();
        let reader = spawn(async move {
            let mut expected = 0;
            loop {
                match values.next().await.map(|value| value.map_err(CallError::into_kind)) {
                    Some(Ok(value)) => {
                        assert_eq!(value, expected);
                        expected += 1;
                    }
                    Some(Err(CallErrorKind::Stopped)) => {
                        assert_eq!(values.next().await, None);
                        return false;
                    }
                    Some(Err(error)) => panic!("{error:?}"),
                    None => {
                        assert_eq!(expected, 3, "a stream that was cut says so");
                        return true;
                    }
                }
            }
        });
        probe.abort();
        reader.await.unwrap();
        assert_eq!(task.await.unwrap(), ExitReason::Aborted);
    });
}

#[test]
fn an_aborted_stream_ends_with_an_error() {
    explore(a_stream_against_an_abort);
}

#[test]
#[should_panic(expected = "a stream that was cut says so")]
fn finds_an_aborted_stream_that_ends_without_an_error() {
    explore_with_bug("the end is not told to callers", a_stream_against_an_abort);
}
