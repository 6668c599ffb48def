//! Transactions, savepoints, exclusive use.

use std::{sync::Arc, time::Duration};

use postgres_actor::{Begin, Error, Isolation, Session, SqlState, Status};
use tokio::task::JoinSet;

use crate::support::{soon, until};

async fn table() -> Option<Arc<Session>> {
    let cluster = crate::support::shared()?;
    let session = Arc::new(cluster.session().await);
    session.simple_query("CREATE TEMP TABLE t (i int)").await.unwrap();
    Some(session)
}

async fn rows(session: &Session) -> Vec<i32> {
    let rows = session.query("SELECT i FROM t ORDER BY i", &[]).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

#[tokio::test]
async fn committed_ones_stay_and_others_do_not() {
    let Some(session) = table().await else { return };
    let transaction = session.transaction().await.unwrap();
    transaction.execute("INSERT INTO t VALUES (1)", &[]).await.unwrap();
    transaction.commit().await.unwrap();
    let transaction = session.transaction().await.unwrap();
    transaction.execute("INSERT INTO t VALUES (2)", &[]).await.unwrap();
    transaction.rollback().await.unwrap();
    let transaction = session.transaction().await.unwrap();
    transaction.execute("INSERT INTO t VALUES (3)", &[]).await.unwrap();
    drop(transaction);
    assert_eq!(rows(&session).await, [1]);
    assert_eq!(session.status(), Status::Idle);
}

/// While a transaction is open, calls of others wait, and are not part of it.
#[tokio::test]
async fn others_wait_until_it_has_ended() {
    let Some(session) = table().await else { return };
    let transaction = session.transaction().await.unwrap();
    let other = tokio::spawn({
        let session = session.clone();
        async move { session.execute("INSERT INTO t VALUES (1)", &[]).await }
    });
    for _ in 0..20 {
        transaction.execute("INSERT INTO t VALUES (2)", &[]).await.unwrap();
    }
    assert!(!other.is_finished());
    drop(transaction);
    soon("the other", other).await.unwrap().unwrap();
    assert_eq!(rows(&session).await, [1]);
}

#[tokio::test]
async fn a_failed_one_cannot_be_committed() {
    let Some(session) = table().await else { return };
    let transaction = session.transaction().await.unwrap();
    transaction.execute("INSERT INTO t VALUES (1)", &[]).await.unwrap();
    transaction.simple_query("SELECT 1 / 0").await.unwrap_err();
    assert_eq!(transaction.status(), Status::Failed);
    let error = transaction.execute("INSERT INTO t VALUES (2)", &[]).await.unwrap_err();
    assert_eq!(error.code(), Some(SqlState::IN_FAILED_SQL_TRANSACTION));
    assert!(matches!(transaction.commit().await, Err(Error::RolledBack)));
    assert_eq!(rows(&session).await, []);
}

#[tokio::test]
async fn settings_of_a_transaction() {
    let Some(session) = table().await else { return };
    let begin =
        Begin { isolation: Some(Isolation::Serializable), is_read_only: true, is_deferrable: true };
    let transaction = session.transaction_with(begin).await.unwrap();
    for (name, value) in [
        ("transaction_isolation", "serializable"),
        ("transaction_read_only", "on"),
        ("transaction_deferrable", "on"),
    ] {
        let row = transaction.query_one(&format!("SHOW {name}"), &[]).await.unwrap();
        assert_eq!(row.get::<&str>(0), value);
    }
}

#[tokio::test]
async fn savepoints() {
    let Some(session) = table().await else { return };
    let mut transaction = session.transaction().await.unwrap();
    transaction.execute("INSERT INTO t VALUES (1)", &[]).await.unwrap();
    let mut outer = transaction.savepoint("outer \"1\"").await.unwrap();
    outer.execute("INSERT INTO t VALUES (2)", &[]).await.unwrap();
    let inner = outer.savepoint("inner").await.unwrap();
    inner.execute("INSERT INTO t VALUES (3)", &[]).await.unwrap();
    inner.simple_query("SELECT 1 / 0").await.unwrap_err();
    drop(inner);
    let inner = outer.savepoint("inner").await.unwrap();
    inner.execute("INSERT INTO t VALUES (4)", &[]).await.unwrap();
    inner.commit().await.unwrap();
    outer.commit().await.unwrap();
    let other = transaction.savepoint("other").await.unwrap();
    other.execute("INSERT INTO t VALUES (5)", &[]).await.unwrap();
    other.rollback().await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(rows(&session).await, [1, 2, 4]);
}

/// Statements that were sent and not answered when the transaction is dropped are part of it.
#[tokio::test]
async fn dropped_with_statements_under_way() {
    let Some(session) = table().await else { return };
    for _ in 0..50 {
        let transaction = session.transaction().await.unwrap();
        let sent = transaction.counts().requests;
        let mut insert =
            Box::pin(transaction.execute("INSERT INTO t SELECT 1 FROM pg_sleep(0.001)", &[]));
        tokio::select! {
            biased;
            _ = &mut insert => {}
            () = until("it was sent", async || transaction.counts().requests > sent) => {}
        }
        drop(insert);
        drop(transaction);
        session.execute("INSERT INTO t VALUES (2)", &[]).await.unwrap();
    }
    assert_eq!(rows(&session).await, [2; 50]);
}

/// What was begun by hand in exclusive use ends with it.
#[tokio::test]
async fn exclusive_use_leaves_no_transaction_open() {
    let Some(session) = table().await else { return };
    let exclusive = session.exclusive().await.unwrap();
    exclusive.simple_query("BEGIN; INSERT INTO t VALUES (1)").await.unwrap();
    drop(exclusive);
    session.execute("INSERT INTO t VALUES (2)", &[]).await.unwrap();
    assert_eq!(rows(&session).await, [2]);
}

/// Nothing is served between the end of a transaction and its rollback, by any of many callers.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_many_callers() {
    let Some(session) = table().await else { return };
    let mut callers = JoinSet::new();
    for caller in 0..64 {
        let session = session.clone();
        callers.spawn(async move {
            for round in 0..10 {
                if (caller + round) % 3 == 0 {
                    let transaction = session.transaction().await.unwrap();
                    transaction.execute("INSERT INTO t VALUES (-1)", &[]).await.unwrap();
                    match round % 2 {
                        0 => drop(transaction),
                        _ => {
                            drop(
                                tokio::time::timeout(Duration::ZERO, transaction.rollback()).await,
                            );
                        }
                    }
                } else {
                    session.execute("INSERT INTO t VALUES (1)", &[]).await.unwrap();
                }
            }
        });
    }
    soon("all callers", callers.join_all()).await;
    let kept = rows(&session).await;
    assert!(kept.iter().all(|i| *i == 1));
    assert_eq!(
        kept.len(),
        (0..64).flat_map(|c| (0..10).map(move |r| c + r)).filter(|n| n % 3 != 0).count()
    );
}
