//! The end: what is queued is done, the log is gone, and so is the thread.

use std::{cell::RefCell, sync::mpsc};

use actor_runtime::{ActorHandle, Builder, ExitReason};
use sqlite_actor::{Database, DatabaseHandle, Error};

use crate::support::{INSERT, PATIENCE, Scratch, entry, grouped, start};

/// Sends when its thread ends.
struct Farewell(mpsc::Sender<()>);

impl Drop for Farewell {
    fn drop(&mut self) {
        let _ = self.0.send(());
    }
}

thread_local! {
    static FAREWELL: RefCell<Option<Farewell>> = const { RefCell::new(None) };
}

/// A database, and what is told when its thread ends.
fn watched(scratch: &Scratch) -> (DatabaseHandle, mpsc::Receiver<()>) {
    let options = scratch.options().group_commit(grouped(16));
    let (sender, receiver) = mpsc::channel();
    let make = move || {
        FAREWELL.set(Some(Farewell(sender)));
        Database::open(&options)
    };
    (Builder::new().start_thread(make).blocking().unwrap(), receiver)
}

#[test]
fn when_the_last_handle_is_gone() {
    let scratch = Scratch::new();
    let (database, thread) = watched(&scratch);
    let exited = database.exited();
    for number in 0..50 {
        database.execute(INSERT, entry(format!("{number}"), 0)).cast_blocking().unwrap();
    }
    assert!(scratch.has_log());
    drop(database);
    assert_eq!(exited.blocking(), ExitReason::HandlesDropped);
    assert!(!scratch.has_log());
    thread.recv_timeout(PATIENCE).expect("the thread ends");
    assert_eq!(scratch.names().len(), 50);
}

#[test]
fn when_it_is_shut_down_and_twice_is_fine() {
    let scratch = Scratch::new();
    let (database, thread) = watched(&scratch);
    for number in 0..50 {
        database.execute(INSERT, entry(format!("{number}"), 0)).cast_blocking().unwrap();
    }
    assert_eq!(database.shutdown().blocking(), ExitReason::Shutdown);
    assert_eq!(database.shutdown().blocking(), ExitReason::Shutdown);
    database.close();
    assert!(!scratch.has_log());
    thread.recv_timeout(PATIENCE).expect("the thread ends");
    assert_eq!(scratch.names().len(), 50);
    let late = database.execute(INSERT, entry("late", 0)).blocking().map_err(Error::from);
    assert!(matches!(late, Err(Error::Closed { was_accepted: false })), "{late:?}");
}

#[tokio::test]
async fn every_call_that_was_accepted_is_answered() {
    for options in
        [Scratch::options, |scratch: &Scratch| scratch.options().group_commit(grouped(1_000))]
    {
        let scratch = Scratch::new();
        let database = start(options(&scratch)).await.unwrap();
        let mut answers = Vec::new();
        for number in 0..100 {
            let call = database.execute(INSERT, entry(format!("{number}"), 0));
            answers.push(call.sent().await.unwrap());
        }
        database.shutdown().await;
        for answer in answers {
            answer.await.unwrap().unwrap();
        }
        assert_eq!(scratch.names().len(), 100);
    }
}

#[tokio::test]
async fn what_an_abort_cuts_off_was_not_acknowledged() {
    let scratch = Scratch::new();
    let options = scratch.options().group_commit(grouped(1_000));
    let database = start(options).await.unwrap();
    let mut answers = Vec::new();
    for number in 0..100 {
        let call = database.execute(INSERT, entry(format!("{number}"), 0));
        answers.push((number, call.sent().await.unwrap()));
    }
    database.abort();
    database.exited().await;
    let mut acknowledged = Vec::new();
    for (number, answer) in answers {
        match answer.await {
            Ok(outcome) => {
                outcome.unwrap();
                acknowledged.push(number.to_string());
            }
            Err(error) => assert!(matches!(Error::from(error), Error::Closed { .. })),
        }
    }
    assert_eq!(scratch.names(), acknowledged);
}
