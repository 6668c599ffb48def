//! What babar's book promises of its driver task, each as a test. `bench/src/bin/promises` tries them with babar, too.

use std::{error::Error, sync::Arc, time::Duration};

use futures_util::FutureExt;
use postgres_actor::{FromSql, Type};
use tokio::{
    runtime::Handle,
    task::{self, JoinSet},
};

use crate::support::{cluster, end_statement, soon, until};

fn tasks() -> usize {
    Handle::current().metrics().num_alive_tasks()
}

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

/// "The driver task processes them in arrival order."
#[tokio::test]
async fn calls_are_served_in_arrival_order() {
    let cluster = cluster!();
    let session = Arc::new(cluster.session().await);
    session.simple_query("CREATE TEMP TABLE t (place serial, sent int)").await.unwrap();
    let calls: JoinSet<_> = (1..=64)
        .map(|sent| {
            let session = session.clone();
            let sql = format!("INSERT INTO t (sent) VALUES ({sent})");
            async move { session.simple_query(&sql).await.map(drop).unwrap() }
        })
        .collect();
    calls.join_all().await;
    let row = session.query_one("SELECT count(*) FROM t WHERE place = sent", &[]).await.unwrap();
    assert_eq!(row.get::<i64>(0), 64);
}

/// "A Parse/Bind/Execute/Sync is one writev of small frames."
#[tokio::test]
async fn a_statement_is_one_write() {
    let cluster = cluster!();
    let session = cluster.session().await;
    let writes = session.counts().writes;
    session.execute_typed("SET work_mem = '4MB'", &[]).await.unwrap();
    assert_eq!(session.counts().writes - writes, 1);
}

/// "There is exactly one task per connection."
#[tokio::test]
async fn a_connection_is_one_task() {
    let cluster = cluster!();
    let session = cluster.session().await;
    let statement = session.prepare("SELECT 1").await.unwrap();
    let mut rows = session.stream("SELECT generate_series(1, 1000)", &[]).await.unwrap();
    rows.try_next().await.unwrap();
    assert_eq!(tasks(), 1);
    drop((statement, rows));
    drop(session.transaction().await.unwrap());
    assert_eq!(tasks(), 1);
}

/// The task that has decoded a value.
#[derive(Debug, PartialEq)]
struct Place(Option<task::Id>);

impl FromSql<'_> for Place {
    fn from_sql(_: &Type, _: &[u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self(task::try_id()))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

/// "Codecs run on the calling task."
#[tokio::test]
async fn rows_are_decoded_by_their_caller() {
    let cluster = cluster!();
    let session = cluster.session().await;
    let caller = tokio::spawn(async move {
        let here = Place(Some(task::id()));
        assert_eq!(session.query_one("SELECT 1", &[]).await.unwrap().get::<Place>(0), here);
        let mut rows = session.stream("SELECT 1", &[]).await.unwrap();
        assert_eq!(rows.try_next().await.unwrap().unwrap().get::<Place>(0), here);
    });
    caller.await.unwrap();
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
    assert_eq!(tasks(), 1);
    soon("close", session.close()).await;
    until("the task is gone", async || tasks() == 0).await;
    soon("again", session.close()).await;
}

/// The same while a statement runs.
#[tokio::test]
async fn close_joins_the_task_of_a_statement_that_runs() {
    let cluster = cluster!();
    let config = cluster.config().close_timeout(Duration::from_millis(1));
    let session = soon("connect", config.connect()).await.unwrap();
    let call = tokio::spawn({
        let session = session.clone();
        async move { session.simple_query("SELECT pg_sleep(600)").await.map(drop) }
    });
    until("it is sent", async || session.pending() == 1).await;
    soon("close", session.close()).await;
    soon("its caller", call).await.unwrap().unwrap_err();
    until("the task is gone", async || tasks() == 0).await;
    end_statement(cluster, &session).await;
}

/// "Dropping a `Session`: the driver task notices, sends Terminate, and exits cleanly."
#[tokio::test]
async fn a_session_that_is_dropped_says_goodbye() {
    let cluster = cluster!();
    let session = cluster.session().await;
    // The server complains of a client that leaves a transaction open and says nothing.
    session.simple_query("BEGIN").await.unwrap();
    let process = format!("[{}]", session.process_id());
    drop(session);
    let log = || cluster.log().lines().filter(|line| line.contains(&process)).collect::<String>();
    until("it has left", async || log().contains("disconnection:")).await;
    assert!(!log().contains("unexpected EOF"), "{}", log());
    assert_eq!(tasks(), 0);
}

/// "There is no detached task that outlives the `Session` value", also while prepared statements and streams do, and
/// after calls that were dropped.
#[tokio::test]
async fn no_task_outlives_the_session() {
    let cluster = cluster!();
    let session = cluster.session().await;
    let statement = session.prepare("SELECT 1").await.unwrap();
    let rows = session.stream("SELECT generate_series(1, 1000)", &[]).await.unwrap();
    for _ in 0..300 {
        assert!(session.query("SELECT 1", &[]).now_or_never().is_none());
    }
    drop(session);
    until("the task is gone", async || tasks() == 0).await;
    drop(statement);
    assert_eq!(rows.collect().await.unwrap().len(), 1000, "they had come");
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

/// "The framing buffer" does not hold a whole `COPY`: data is sent while it is produced.
#[tokio::test]
async fn a_copy_is_sent_in_pieces() {
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

/// "Reads chunked frames", also while it writes: a server that answers each row of a `COPY` takes no more rows before its
/// answers are read.
#[tokio::test]
async fn a_copy_is_answered_while_it_is_sent() {
    const ROWS: u64 = 4096;
    let cluster = cluster!();
    let session = cluster.session().await;
    session
        .simple_query(
            "CREATE TEMP TABLE t (text text);
            CREATE FUNCTION pg_temp.noted() RETURNS trigger LANGUAGE plpgsql AS
                'BEGIN RAISE NOTICE ''%'', NEW.text; RETURN NEW; END';
            CREATE TRIGGER noted BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION pg_temp.noted()",
        )
        .await
        .unwrap();
    let mut copy = session.copy_in("COPY t FROM STDIN").await.unwrap();
    let row = format!("{}\n", "x".repeat(16 * 1024));
    let copied = async {
        for _ in 0..ROWS {
            copy.send(row.as_bytes()).await.unwrap();
        }
        copy.finish().await.unwrap()
    };
    assert_eq!(soon("the rows", copied).await, ROWS);
}
