//! A request that takes long can be seen from outside.

use std::time::{Duration, Instant};

use actor_runtime::{ActorHandle, Builder};
use sqlite_actor::Database;

use crate::support::Scratch;

const ENDLESS: &str =
    "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n";

#[tokio::test]
async fn the_first_look_at_a_stuck_query_tells_for_how_long() {
    let scratch = Scratch::new();
    let options = scratch.options();
    let database = Builder::new().start_thread(move || Database::open(&options)).await.unwrap();
    let answer = database.query(ENDLESS, vec![]).sent().await.unwrap();
    // Taken out of the mailbox, so the query has begun.
    while database.mailbox_len() > 0 {
        tokio::task::yield_now().await;
    }
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_millis(20) {
        tokio::task::yield_now().await;
    }
    let (method, time) = database.stats().running.unwrap();
    assert_eq!(method, "query");
    assert!(time >= Some(Duration::from_millis(20)), "{time:?}");
    // The query ends, since its caller is gone.
    drop(answer);
    database.shutdown().await;
}
