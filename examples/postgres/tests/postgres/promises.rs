//! What babar's book promises of its driver task, each as a test.

use std::sync::Arc;

use tokio::task::JoinSet;

use crate::support::{cluster, end_statement, soon, until};

/// "Pipelining multiple short queries against one session is reasonable."
#[tokio::test]
async fn queries_are_pipelined() {
    let cluster = cluster!();
    let session = Arc::new(cluster.session().await);
    let mut calls = JoinSet::new();
    for call in 0..64 {
        let session = session.clone();
        let sql = if call == 0 { "SELECT pg_sleep(600)" } else { "SELECT 1" };
        calls.spawn(async move { session.simple_query(sql).await.map(drop) });
    }
    until("all are sent before the first is answered", async || session.pending() == 64).await;
    end_statement(cluster, &session).await;
    assert_eq!(calls.join_all().await.into_iter().filter(Result::is_err).count(), 1);
}

/// "Parameter status updates as the server announces them."
#[tokio::test]
async fn a_setting_is_seen_when_it_has_changed() {
    let cluster = cluster!();
    let session = cluster.session().await;
    for zone in ["Asia/Tokyo", "Europe/Berlin"] {
        session.execute(&format!("SET TimeZone = '{zone}'"), &[]).await.unwrap();
        assert_eq!(session.parameter("TimeZone").as_deref(), Some(zone));
    }
}

/// "The internal prepared-statement cache" is the task's: equal statements go to the server once.
#[tokio::test]
async fn the_cache_belongs_to_the_task() {
    let cluster = cluster!();
    let session = Arc::new(cluster.session().await);
    let calls: JoinSet<_> = (0..10)
        .map(|_| {
            let session = session.clone();
            async move { session.prepare("SELECT 1").await.unwrap() }
        })
        .collect();
    calls.join_all().await;
    assert_eq!(session.counts().prepared, 1);
}

/// "`Session::close()` sends a Close command, waits for the acknowledgement, and joins the task."
#[tokio::test]
async fn close_joins_the_task() {
    let cluster = cluster!();
    let session = cluster.session().await;
    let metrics = tokio::runtime::Handle::current().metrics();
    assert_eq!(metrics.num_alive_tasks(), 1);
    soon("close", session.close()).await;
    until("the task is gone", async || metrics.num_alive_tasks() == 0).await;
    soon("again", session.close()).await;
}

/// "There is no detached task that outlives the `Session` value", also while prepared statements do.
#[tokio::test]
async fn no_task_outlives_the_session() {
    let cluster = cluster!();
    let session = cluster.session().await;
    let statement = session.prepare("SELECT 1").await.unwrap();
    let rows = session.stream("SELECT 1", &[]).await.unwrap();
    session.query("SELECT 1", &[]).await.unwrap();
    drop(session);
    let metrics = tokio::runtime::Handle::current().metrics();
    until("the task is gone", async || metrics.num_alive_tasks() == 0).await;
    drop((statement, rows));
}

/// "It never abandons the protocol mid-message. The next command runs after a clean protocol boundary": a transaction
/// that is dropped takes nothing with it that others have stored, and been told of.
#[tokio::test]
async fn acknowledged_rows_stay_after_a_dropped_transaction() {
    let cluster = cluster!();
    let session = cluster.session().await;
    session.simple_query("CREATE TEMP TABLE t (i int)").await.unwrap();
    for round in 0..200 {
        let transaction = session.transaction().await.unwrap();
        transaction.execute("INSERT INTO t VALUES (-1)", &[]).await.unwrap();
        drop(transaction);
        assert_eq!(session.execute("INSERT INTO t VALUES ($1)", &[&round]).await.unwrap(), 1);
    }
    let counts = "SELECT count(*) FILTER (WHERE i >= 0), count(*) FILTER (WHERE i < 0) FROM t";
    let row = session.query_one(counts, &[]).await.unwrap();
    assert_eq!((row.get::<i64>(0), row.get::<i64>(1)), (200, 0));
}

/// "The framing buffer" does not hold a whole `COPY`: data is sent while it is produced, and the socket is read
/// meanwhile.
#[tokio::test]
async fn a_copy_is_sent_in_pieces_while_the_socket_is_read() {
    let cluster = cluster!();
    let session = cluster.session().await;
    session.simple_query("CREATE TEMP TABLE t (i int)").await.unwrap();
    let mut notifications = session.listen("copying").await.unwrap();
    let other = cluster.session().await;
    let mut copy = session.copy_in("COPY t FROM STDIN").await.unwrap();
    let writes = session.counts().writes;
    for _ in 0..100 {
        copy.send("1\n".repeat(50_000).as_bytes()).await.unwrap();
    }
    assert!(session.counts().writes - writes >= 20, "it was sent in pieces");
    other.simple_query("SET TimeZone = 'UTC'; NOTIFY copying").await.unwrap();
    assert_eq!(copy.finish().await.unwrap(), 5_000_000);
    soon("the notification", notifications.next()).await.unwrap();
}
