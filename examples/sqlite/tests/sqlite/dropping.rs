//! A caller that is dropped in the middle leaves nothing half done, and takes nobody along.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
};

use actor_runtime::ActorHandle;
use sqlite_actor::{DatabaseHandle, Options, Statement};

use crate::support::{INSERT, Scratch, entry, grouped, start};

/// Polls `future` once and drops it. Says whether it waited.
async fn is_dropped_at_its_first_wait(future: impl Future) -> bool {
    let mut future = pin!(future);
    poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx).is_pending())).await
}

async fn two_inserts(database: &DatabaseHandle, name: &str) {
    let statements =
        ["first", "second"].map(|half| Statement::new(INSERT, entry(format!("{name} {half}"), 0)));
    database.transaction(statements.to_vec()).await.unwrap().unwrap();
}

/// 200 times: somebody is dropped in the middle of a transaction, and somebody else's insert is
/// acknowledged right after.
async fn rows_are_whole_and_acknowledged_ones_stay(options: Options, scratch: &Scratch) {
    let database = start(options).await.unwrap();
    let mut was_dropped = 0;
    for number in 0..200 {
        let name = format!("dropped {number}");
        let transaction = two_inserts(&database, &name);
        was_dropped += usize::from(is_dropped_at_its_first_wait(transaction).await);
        database.execute(INSERT, entry(format!("kept {number}"), 0)).await.unwrap().unwrap();
    }
    assert_eq!(was_dropped, 200);
    database.shutdown().await;
    let names = scratch.names();
    for number in 0..200 {
        assert!(names.contains(&format!("kept {number}")), "{number} was acknowledged and is lost");
        let halves = ["first", "second"].map(|half| format!("dropped {number} {half}"));
        let there = halves.map(|half| names.contains(&half));
        assert_eq!(there[0], there[1], "half of transaction {number} is there");
    }
}

#[tokio::test]
async fn with_a_commit_for_each() {
    let scratch = Scratch::new();
    rows_are_whole_and_acknowledged_ones_stay(scratch.options(), &scratch).await;
}

#[tokio::test]
async fn with_a_commit_for_all_that_wait() {
    let scratch = Scratch::new();
    let options = scratch.options().group_commit(grouped(16));
    rows_are_whole_and_acknowledged_ones_stay(options, &scratch).await;
}
