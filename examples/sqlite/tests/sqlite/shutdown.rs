//! Shutdown: queued requests are executed, the write-ahead log is removed, and the thread ends.

use std::{cell::RefCell, sync::mpsc};

use actor_runtime::{ActorHandle, Builder, ExitReason};
use sqlite_actor::{Database, DatabaseHandle, Error};

use crate::support::{INSERT, PATIENCE, Scratch, entry, grouped, start};

/// Sends a message when its thread ends and drops it.
struct OnThreadExit(mpsc::Sender<()>);

impl Drop for OnThreadExit {
    fn drop(&mut self) {
        let _ = self.0.send(());
    }
}

thread_local! {
    static ON_THREAD_EXIT: RefCell<Option<OnThreadExit>> = const { RefCell::new(None) };
}

/// A database, and a receiver for the end of its thread.
fn watched(scratch: &Scratch) -> (DatabaseHandle, mpsc::Receiver<()>) {
    let options = scratch.options().group_commit(grouped(16));
    let (sender, receiver) = mpsc::channel();
    let make = move || {
        ON_THREAD_EXIT.set(Some(OnThreadExit(sender)));
        Database::open(&options)
    };
    (Builder::new().start_thread(make).blocking().unwrap(), receiver)
}

#[test]
fn dropping_the_last_handle_shuts_down() {
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
fn shutdown_can_be_called_twice() {
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
async fn accepted_requests_are_completed_before_shutdown() {
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
async fn abort_loses_no_acknowledged_row() {
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
