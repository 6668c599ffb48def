//! Cancellation: a dropped call leaves no partial transaction and does not affect other callers.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
};

use actor_runtime::ActorHandle;
use sqlite_actor::{DatabaseHandle, Options, Statement};

use crate::support::{INSERT, Scratch, entry, grouped, start};

/// Polls `future` once and drops it. Returns `true` if it was pending.
async fn poll_once_and_drop(future: impl Future) -> bool {
    let mut future = pin!(future);
    poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx).is_pending())).await
}

async fn two_inserts(database: &DatabaseHandle, name: &str) {
    let statements =
        ["first", "second"].map(|half| Statement::new(INSERT, entry(format!("{name} {half}"), 0)));
    database.transaction(statements.to_vec()).await.unwrap().unwrap();
}

/// Drops a transaction that is in progress and then inserts a row, 200 times.
async fn check_dropped_transactions(options: Options, scratch: &Scratch) {
    let database = start(options).await.unwrap();
    let mut was_dropped = 0;
    for number in 0..200 {
        let name = format!("dropped {number}");
        let transaction = two_inserts(&database, &name);
        was_dropped += usize::from(poll_once_and_drop(transaction).await);
        database.execute(INSERT, entry(format!("kept {number}"), 0)).await.unwrap().unwrap();
    }
    assert_eq!(was_dropped, 200);
    database.shutdown().await;
    let names = scratch.names();
    for number in 0..200 {
        assert!(names.contains(&format!("kept {number}")), "acknowledged row {number} is lost");
        let halves = ["first", "second"].map(|half| format!("dropped {number} {half}"));
        let there = halves.map(|half| names.contains(&half));
        assert_eq!(there[0], there[1], "transaction {number} is incomplete");
    }
}

#[tokio::test]
async fn without_group_commit() {
    let scratch = Scratch::new();
    check_dropped_transactions(scratch.options(), &scratch).await;
}

#[tokio::test]
async fn with_group_commit() {
    let scratch = Scratch::new();
    let options = scratch.options().group_commit(grouped(16));
    check_dropped_transactions(options, &scratch).await;
}
