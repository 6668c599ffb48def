//! Limits of time, and cancelling: the statement that runs, and never another one.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
    time::Duration,
};

use postgres_actor::{Error, Session, SqlState, Status};
use rustix::process::{Pid, Signal, kill_process};
use tokio::task::JoinSet;

use crate::support::{DEADLINE, cluster, end_statement, soon, until};

const SLOW: &str = "SELECT pg_sleep(600)";

/// Waits until the server runs a statement.
async fn runs(watcher: &Session, pid: i32) {
    let sql =
        "SELECT state = 'active' AND wait_event = 'PgSleep' FROM pg_stat_activity WHERE pid = $1";
    until("the statement runs", async || {
        let row = watcher.query_opt(sql, &[&pid]).await.unwrap();
        row.is_some_and(|row| row.get::<Option<bool>>(0) == Some(true))
    })
    .await;
}

#[tokio::test]
async fn the_statement_that_runs() {
    let cluster = cluster!();
    let (session, watcher) = (cluster.session().await, cluster.session().await);
    assert!(!session.cancel().await.unwrap(), "there is nothing to cancel");
    let slow = tokio::spawn({
        let session = session.clone();
        async move { session.simple_query(SLOW).await }
    });
    runs(&watcher, session.process_id()).await;
    assert!(soon("the cancellation", session.cancel()).await.unwrap());
    assert_eq!(slow.await.unwrap().unwrap_err().code(), Some(SqlState::QUERY_CANCELED));
    assert_eq!(session.query_one("SELECT 42", &[]).await.unwrap().get::<i32>(0), 42);
}

#[tokio::test]
async fn with_its_call() {
    let cluster = cluster!();
    let (session, watcher) = (cluster.session().await, cluster.session().await);
    let slow = tokio::spawn({
        let session = session.clone();
        async move { session.cancel_on_drop().query(SLOW, &[]).await.map(drop) }
    });
    runs(&watcher, session.process_id()).await;
    slow.abort();
    let row = soon("the next", session.query_one("SELECT 42", &[])).await.unwrap();
    assert_eq!(row.get::<i32>(0), 42);
    assert!(session.counts().cancels > 0);
}

#[tokio::test]
async fn a_call_that_takes_too_long() {
    let cluster = cluster!();
    let session = cluster.session().await;
    let limit = Duration::from_millis(50);
    let error = session.timeout(limit).simple_query(SLOW).await.unwrap_err();
    assert!(matches!(error, Error::TimedOut { after } if after == limit), "{error}");
    // It was not cancelled, so the next one waits for it.
    assert_eq!((session.pending(), session.counts().cancels), (1, 0));
    end_statement(cluster, &session).await;
    session.query("SELECT 1", &[]).await.unwrap();

    let config = cluster.config().call_timeout(limit).cancel_on_drop(true);
    let session = config.connect().await.unwrap();
    let error = session.simple_query(SLOW).await.unwrap_err();
    assert!(matches!(error, Error::TimedOut { .. }), "{error}");
    let next = session.timeout(DEADLINE);
    assert_eq!(next.query_one("SELECT 42", &[]).await.unwrap().get::<i32>(0), 42);
}

/// With the stream, also if its rows have no room.
#[tokio::test]
async fn a_stream_that_is_dropped() {
    let cluster = cluster!();
    let session = cluster.session().await;
    let sql = "SELECT repeat('x', 1000), generate_series(1, 1000000000)";
    for is_stalled in [false, true] {
        let mut rows = session.cancel_on_drop().stream(sql, &[]).await.unwrap();
        rows.next().await.unwrap().unwrap();
        if is_stalled {
            until("nothing is read any more", async || {
                let reads = session.counts().reads;
                tokio::time::sleep(Duration::from_millis(20)).await;
                session.counts().reads == reads
            })
            .await;
        }
        drop(rows);
        soon("the next", session.query("SELECT 1", &[])).await.unwrap();
    }
}

#[tokio::test]
async fn a_stream_that_nobody_reads() {
    let cluster = cluster!();
    let limit = Duration::from_millis(50);
    let session = cluster.config().stall_timeout(limit).connect().await.unwrap();
    let sql = "SELECT repeat('x', 1000), generate_series(1, 1000000000)";
    let mut rows = session.buffer(2).stream(sql, &[]).await.unwrap();
    until("it is cancelled", async || session.counts().cancels > 0).await;
    soon("the next", session.query("SELECT 1", &[])).await.unwrap();
    let error = loop {
        match rows.next().await.unwrap() {
            Ok(_) => {}
            Err(error) => break error,
        }
    };
    assert!(matches!(error, Error::Stalled { after } if after == limit), "{error}");
}

/// The next request waits until the statement of a call that was dropped before it is cancelled.
#[tokio::test]
async fn before_the_next_request_is_sent() {
    let cluster = cluster!();
    let session = cluster.session().await;
    // The notice is the last that the driver does before the call is dropped.
    let slow = "DO $$ BEGIN RAISE NOTICE 'it runs'; PERFORM pg_sleep(600); END $$";
    let mut notices = session.notices().await.unwrap();
    for _ in 0..20 {
        let calls = session.cancel_on_drop();
        let mut call = Box::pin(calls.simple_query(slow));
        tokio::select! {
            biased;
            _ = &mut call => unreachable!("it sleeps"),
            _ = notices.next() => {}
        }
        drop(call);
        soon("the next", session.simple_query("SELECT 1")).await.unwrap();
    }
    assert_eq!(session.counts().uncancelled, 0);
}

/// A `COMMIT` whose call is dropped is not cancelled with it.
#[tokio::test]
async fn not_the_end_of_a_transaction() {
    let cluster = cluster!();
    let session = cluster.config().cancel_on_drop(true).connect().await.unwrap();
    let sql = "CREATE TEMP TABLE t (i int);
        CREATE FUNCTION pg_temp.wait() RETURNS trigger AS
            'BEGIN RAISE NOTICE ''it commits''; PERFORM pg_sleep(0.2); RETURN NULL; END' LANGUAGE plpgsql;
        CREATE CONSTRAINT TRIGGER wait AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION pg_temp.wait()";
    session.simple_query(sql).await.unwrap();
    let mut notices = session.notices().await.unwrap();
    let transaction = session.transaction().await.unwrap();
    transaction.execute("INSERT INTO t VALUES (1)", &[]).await.unwrap();
    tokio::select! {
        biased;
        done = transaction.commit() => unreachable!("it waits for the trigger: {done:?}"),
        _ = notices.next() => {}
    }
    let row = soon("the next", session.query_one("SELECT count(*) FROM t", &[])).await.unwrap();
    assert_eq!((row.get::<i64>(0), session.counts().cancels), (1, 0));
}

/// If it were cancelled, the next statement would be part of the transaction.
#[tokio::test]
async fn not_the_rollback_of_a_dropped_transaction() {
    let cluster = cluster!();
    let session = cluster.session().await;
    let pid = Pid::from_raw(session.process_id()).unwrap();
    let transaction = session.transaction().await.unwrap();
    let writes = session.counts().writes;
    kill_process(pid, Signal::STOP).unwrap();
    drop(transaction);
    until("the rollback is sent", async || session.counts().writes > writes).await;
    let is_cancelled = soon("the answer", session.cancel()).await.unwrap();
    kill_process(pid, Signal::CONT).unwrap();
    assert!(!is_cancelled);
    soon("the next", session.simple_query("SELECT 1")).await.unwrap();
    assert_eq!((session.status(), session.counts().cancels), (Status::Idle, 0));
}

/// Others were sent behind it, and a signal that is late would hit one of them.
#[tokio::test]
async fn not_if_others_were_sent_behind_it() {
    let cluster = cluster!();
    let (session, watcher) = (Arc::new(cluster.session().await), cluster.session().await);
    let slow = tokio::spawn({
        let session = session.clone();
        async move { session.cancel_on_drop().simple_query(SLOW).await.map(drop) }
    });
    runs(&watcher, session.process_id()).await;
    let writes = session.counts().writes;
    let others: JoinSet<_> = (0..10)
        .map(|_| {
            let session = session.clone();
            async move { session.simple_query("SELECT 1").await.map(drop) }
        })
        .collect();
    until("others were sent", async || session.counts().writes > writes).await;
    assert!(!session.cancel().await.unwrap());
    slow.abort();
    until("it is noticed", async || session.counts().uncancelled == 1).await;
    end_statement(cluster, &session).await;
    for other in others.join_all().await {
        other.unwrap();
    }
    assert_eq!(session.counts().cancels, 0);
}

/// 1,000 calls that are cancelled at any moment, and 64 callers whose calls are not: no signal hits one of these.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_signal_hits_anybody_else() {
    let cluster = cluster!();
    let session = Arc::new(cluster.session().await);
    let dropped = Arc::new(AtomicU32::new(0));
    let mut callers = JoinSet::new();
    for caller in 0..64_u64 {
        let (session, dropped) = (session.clone(), dropped.clone());
        callers.spawn(async move {
            let mut random = fastrand::Rng::with_seed(caller);
            while dropped.load(Relaxed) < 1000 {
                if random.u8(..) < 128 {
                    let micros = Duration::from_micros(random.u64(..400));
                    let session = session.cancel_on_drop();
                    let call = session.query("SELECT pg_sleep(0.0003)", &[]);
                    if tokio::time::timeout(micros, call).await.is_err() {
                        dropped.fetch_add(1, Relaxed);
                    }
                } else {
                    session
                        .query("SELECT pg_sleep(0.0001)", &[])
                        .await
                        .expect("it was not cancelled");
                }
            }
        });
    }
    soon("all callers", callers.join_all()).await;
}

/// The same with one caller, so that most signals are sent: the next statement of the session is never hit.
#[tokio::test]
async fn a_late_signal_does_not_hit_the_next_statement() {
    let cluster = cluster!();
    let session = cluster.session().await;
    session.query("SELECT pg_sleep($1)", &[&0.0_f64]).await.unwrap();
    let mut random = fastrand::Rng::with_seed(7);
    for _ in 0..200 {
        let limit = Duration::from_micros(random.u64(..3000));
        let calls = session.cancel_on_drop();
        let _ =
            tokio::time::timeout(limit, calls.query("SELECT pg_sleep($1)", &[&0.001_f64])).await;
        soon("the next", session.query("SELECT pg_sleep($1)", &[&0.0005_f64])).await.unwrap();
    }
    assert!(session.counts().cancels > 20, "{:?}", session.counts());
}

#[tokio::test]
async fn a_server_that_falls_silent() {
    let cluster = cluster!();
    let limit = Duration::from_millis(500);
    let session = cluster.config().silence_timeout(limit).connect().await.unwrap();
    tokio::time::sleep(limit * 2).await;
    session.query("SELECT 1", &[]).await.unwrap();
    let error = soon("the end", session.simple_query(SLOW)).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the connection ended before the answer: the server sent nothing for 500ms; the statement may have run"
    );
    soon("it has ended", session.closed()).await;
}
