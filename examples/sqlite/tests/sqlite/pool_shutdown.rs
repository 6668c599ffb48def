//! The end of a pool: waiting reads are answered, readers end first, and the writer removes the write-ahead log.

use std::thread;

use actor_runtime::{ActorHandle, ExitReason};
use sqlite_actor::{Error, Pool, Value};
use tokio::task::JoinSet;

use crate::{
    pool::{hold, pool, soon, waiting},
    support::{INSERT, Scratch, entry, start},
};

#[tokio::test]
async fn shutdown_answers_waiting_reads_and_ends_the_writer_last() {
    let scratch = Scratch::new();
    let pool = pool(&scratch.options(), 2).await;
    pool.writer().execute(INSERT, entry("one", 0)).await.unwrap().unwrap();
    let held = [hold(&pool).await, hold(&pool).await];
    let mut reads = JoinSet::new();
    for _ in 0..20 {
        let pool = pool.clone();
        reads.spawn(async move { pool.query("SELECT name FROM entry", vec![]).await });
    }
    waiting(&pool, 20).await;
    let mut shutdown = Box::pin(pool.shutdown());
    // The first poll closes the queue.
    tokio::select! {
        biased;
        () = &mut shutdown => panic!("it waits for the reads"),
        () = std::future::ready(()) => {}
    }
    let late = pool.read(|_| Ok(())).await;
    assert!(matches!(late, Err(Error::Closed { was_accepted: false })), "{late:?}");
    // The writer is still there.
    pool.writer().execute(INSERT, entry("two", 0)).await.unwrap().unwrap();
    assert!(scratch.has_log());
    for held in held {
        drop(held.release);
        soon(held.caller).await.unwrap().unwrap();
    }
    soon(shutdown).await;
    while let Some(read) = soon(reads.join_next()).await {
        assert_eq!(read.unwrap().unwrap()[0], [Value::Text("one".to_owned())]);
    }
    assert!(!scratch.has_log());
    assert_eq!(scratch.names(), ["one", "two"]);
    soon(pool.shutdown()).await;
    let late = pool.writer().execute(INSERT, entry("late", 0)).await.map_err(Error::from);
    assert!(matches!(late, Err(Error::Closed { was_accepted: false })), "{late:?}");
}

/// Also if a reader is still busy with a read whose caller is gone.
#[tokio::test]
async fn dropping_the_last_clone_ends_the_writer_after_the_readers() {
    let scratch = Scratch::new();
    let pool = pool(&scratch.options(), 2).await;
    pool.writer().execute(INSERT, entry("one", 0)).await.unwrap().unwrap();
    // The other reader has begun to use the file, too.
    let slow = hold(&pool).await;
    assert_eq!(soon(pool.query("SELECT name FROM entry", vec![])).await.unwrap().len(), 1);
    slow.caller.abort();
    let _ = soon(slow.caller).await;
    let writer = pool.writer().downgrade();
    let exited = pool.writer().exited();
    drop(pool);
    // The reader that is busy keeps it.
    assert!(writer.upgrade().is_some());
    drop(slow.release);
    assert_eq!(soon(exited).await, ExitReason::HandlesDropped);
    assert!(!scratch.has_log());
    assert_eq!(scratch.names(), ["one"]);
}

#[tokio::test]
async fn a_shutdown_during_a_replacement_answers_waiting_reads() {
    let scratch = Scratch::new();
    let pool = pool(&scratch.options(), 1).await;
    let slow = hold(&pool).await;
    let mut reads = JoinSet::new();
    for number in 0..10 {
        let reader = pool.clone();
        reads.spawn(async move {
            let work = move |_: &_| {
                assert_ne!(number % 5, 0, "on purpose");
                Ok(number)
            };
            (number, reader.read(work).await)
        });
    }
    waiting(&pool, 10).await;
    let ending = pool.clone();
    let shutdown = tokio::spawn(async move { ending.shutdown().await });
    drop(slow.release);
    while let Some(read) = soon(reads.join_next()).await {
        match read.unwrap() {
            (0 | 5, Err(Error::Panicked(_))) => {}
            (number, Ok(answer)) => assert_eq!(answer, number),
            other => panic!("{other:?}"),
        }
    }
    soon(shutdown).await.unwrap();
    assert!(!scratch.has_log());
}

#[test]
fn plain_threads_can_read() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let scratch = Scratch::new();
    let pool = runtime.block_on(pool(&scratch.options(), 2));
    let threads: Vec<_> = (0..4)
        .map(|number| {
            let pool = pool.clone();
            thread::spawn(move || pool.read_blocking(move |_| Ok(number)).unwrap())
        })
        .collect();
    let answers: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
    assert_eq!(answers, [0, 1, 2, 3]);
    runtime.block_on(pool.shutdown());
    let late = pool.read_blocking(|_| Ok(()));
    assert!(matches!(late, Err(Error::Closed { was_accepted: false })), "{late:?}");
}

/// A start that fails leaves no reader behind.
#[tokio::test]
async fn a_failed_start_leaves_the_writer_alone() {
    let scratch = Scratch::new();
    let writer = start(scratch.options()).await.unwrap();
    let nowhere = sqlite_actor::Options::new(scratch.directory().join("none.db"), [""; 0]);
    let failed = Pool::start(writer.clone(), &nowhere, 2).await.unwrap_err();
    assert!(
        matches!(failed, Error::Boot { ref cause, .. } if matches!(**cause, Error::CannotOpen(_)))
    );
    writer.execute(INSERT, entry("one", 0)).await.unwrap().unwrap();
    writer.shutdown().await;
    assert!(!scratch.has_log());
}
