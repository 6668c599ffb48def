//! Many callers of one session.

use std::sync::Arc;

use postgres_actor::SqlState;
use tokio::task::JoinSet;

use crate::support::{cluster, end_statement, soon, until};

/// Far more than are under way at a time, and answers of all sizes: each is that of its call.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_caller_gets_its_own_answer() {
    let cluster = cluster!();
    let session = Arc::new(cluster.session().await);
    let statement = session.prepare("SELECT $1::int4, repeat('x', $1)").await.unwrap();
    let mut calls = JoinSet::new();
    for caller in 0..1000_i32 {
        let (session, statement) = (session.clone(), statement.clone());
        calls.spawn(async move {
            for size in [caller, caller * 7 % 1000] {
                let row = session.query_one(&statement, &[&size]).await.unwrap();
                assert_eq!(row.get::<i32>(0), size);
                assert_eq!(row.get::<&str>(1).len(), usize::try_from(size).unwrap());
            }
            let failing =
                session.query("SELECT 1 / ($1::int4 - $1::int4)", &[&caller]).await.unwrap_err();
            assert_eq!(failing.code(), Some("22012"));
        });
    }
    soon("all answers", calls.join_all()).await;
}

/// Waiting calls are sent together: while one statement runs, the others are already with the server.
#[tokio::test]
async fn calls_are_sent_before_earlier_ones_are_answered() {
    let cluster = cluster!();
    let session = Arc::new(cluster.session().await);
    let statement = session.prepare("SELECT 1").await.unwrap();
    let before = session.counts();
    let mut calls = JoinSet::new();
    let slow = session.clone();
    calls.spawn(async move { slow.simple_query("SELECT pg_sleep(600)").await.map(drop) });
    for _ in 0..63 {
        let (session, statement) = (session.clone(), statement.clone());
        calls.spawn(async move { session.query(&statement, &[]).await.map(drop) });
    }
    until("all are under way at the same time", async || session.pending() == 64).await;
    let after = session.counts();
    end_statement(cluster, &session).await;
    let failed = calls.join_all().await.into_iter().filter(Result::is_err).count();
    assert_eq!(failed, 1, "only the one that was cancelled");
    assert_eq!(after.requests - before.requests, 64);
    assert!(after.writes - before.writes <= 2, "{before:?} {after:?}");
}

/// A write that waits for the server does not keep the driver from reading: both sides would wait for ever.
#[tokio::test]
async fn large_requests_and_large_answers_at_the_same_time() {
    let cluster = cluster!();
    let session = Arc::new(cluster.session().await);
    let statement = session.prepare("SELECT $1::text, repeat('y', 1000000)").await.unwrap();
    let text = "x".repeat(1_000_000);
    let mut calls = JoinSet::new();
    for _ in 0..20 {
        let (session, statement, text) = (session.clone(), statement.clone(), text.clone());
        calls.spawn(async move {
            let row = session.query_one(&statement, &[&text]).await.unwrap();
            assert_eq!(row.get::<&str>(0).len() + row.get::<&str>(1).len(), 2_000_000);
        });
    }
    soon("all answers", calls.join_all()).await;
}

#[tokio::test]
async fn equal_statements_are_prepared_once() {
    let cluster = cluster!();
    let session = Arc::new(cluster.session().await);
    let mut calls = JoinSet::new();
    for i in 0..100_i32 {
        let session = session.clone();
        calls.spawn(async move {
            let row = session.query_one("SELECT $1::int4 + 1", &[&i]).await.unwrap();
            assert_eq!(row.get::<i32>(0), i + 1);
        });
    }
    calls.join_all().await;
    assert_eq!(session.counts().prepared, 1);
    let kept =
        "SELECT count(*) FROM pg_prepared_statements WHERE statement = 'SELECT $1::int4 + 1'";
    assert_eq!(session.query_one(kept, &[]).await.unwrap().get::<i64>(0), 1);

    for _ in 0..3 {
        let mut calls = JoinSet::new();
        for _ in 0..20 {
            let session = session.clone();
            calls.spawn(
                async move { session.prepare("SELECT syntax error here").await.unwrap_err() },
            );
        }
        for error in calls.join_all().await {
            assert_eq!(error.code(), Some(SqlState::SYNTAX_ERROR));
        }
    }
}
