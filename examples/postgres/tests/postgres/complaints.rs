//! What users of other clients and pools ask for or complain about, each answered by a test. The first line of each
//! names where.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use postgres_actor::{Error, Notification, Pool, PoolConfig, SqlState, StatementMode, Status};
use tokio::task::JoinSet;

use crate::support::{DEADLINE, cluster, polled, soon, unique, until};

/// rust-postgres 834 and 1374: a future that is dropped leaves statements and portals on the server.
#[tokio::test]
async fn complaint_01_dropped_futures_leave_nothing_on_the_server() {
    let cluster = cluster!();
    let session =
        cluster.config().statements(StatementMode::Named { cache: 0 }).connect().await.unwrap();
    for micros in 0..200 {
        let limit = Duration::from_micros(micros * 5);
        let _ = tokio::time::timeout(limit, session.query("SELECT 1", &[])).await;
        let _ = tokio::time::timeout(limit, session.prepare("SELECT 2")).await;
    }
    let left = "SELECT (SELECT count(*) FROM pg_prepared_statements) + (SELECT count(*) FROM pg_cursors WHERE name <> '')";
    until("nothing is left", async || {
        session.query_typed(left, &[]).await.unwrap()[0].get::<i64>(0) == 0
    })
    .await;
}

/// rust-postgres 834: a transaction stays open when its future is dropped, and takes later statements with it.
#[tokio::test]
async fn complaint_02_a_dropped_transaction_is_rolled_back_first() {
    let cluster = cluster!();
    let session = cluster.session().await;
    session.simple_query("CREATE TEMP TABLE t (i int)").await.unwrap();
    for i in 0..50 {
        let task = tokio::spawn({
            let session = session.clone();
            async move {
                let transaction = session.transaction().await.unwrap();
                transaction.execute("INSERT INTO t VALUES (-1)", &[]).await.unwrap();
                std::future::pending::<()>().await;
            }
        });
        until("it is open", async || session.status() == Status::InTransaction).await;
        task.abort();
        session.execute("INSERT INTO t VALUES ($1)", &[&i]).await.unwrap();
    }
    let row = session.query_one("SELECT count(*), min(i) FROM t", &[]).await.unwrap();
    assert_eq!((row.get::<i64>(0), row.get::<i32>(1)), (50, 0));
}

/// sqlx 3850 and 4328, rust-postgres 1004, deadpool 281: prepared statements pile up on the server.
#[tokio::test]
async fn complaint_03_the_statement_cache_is_bounded() {
    let cluster = cluster!();
    let session =
        cluster.config().statements(StatementMode::Named { cache: 10 }).connect().await.unwrap();
    for i in 0..200 {
        session.query(&format!("SELECT {i}"), &[]).await.unwrap();
    }
    until("the rest is closed", async || {
        let count = "SELECT count(*) FROM pg_prepared_statements";
        session.query_typed(count, &[]).await.unwrap()[0].get::<i64>(0) <= 10
    })
    .await;
}

/// sqlx 67 and 2473, pgx 602, asyncpg 198: behind PgBouncer, statements do not exist. See also `pgbouncer.rs`.
#[tokio::test]
async fn complaint_04_nothing_depends_on_a_named_statement() {
    let cluster = cluster!();
    let mode = StatementMode::Unnamed { cache: 10 };
    let session = cluster.config().statements(mode).connect().await.unwrap();
    let statement = session.prepare("SELECT $1::int4 + 1").await.unwrap();
    session.simple_query("DEALLOCATE ALL").await.unwrap();
    session.query("SELECT 'another unnamed statement'", &[]).await.unwrap();
    assert_eq!(session.query_one(&statement, &[&41]).await.unwrap().get::<i32>(0), 42);
}

/// diesel_async 58, rainfrog 178, spin 3525, martin 6: a query goes on for minutes after its caller has gone.
#[tokio::test]
async fn complaint_05_a_query_can_end_with_its_call() {
    let cluster = cluster!();
    let session = cluster.config().cancel_on_drop(true).connect().await.unwrap();
    let limit = Duration::from_millis(20);
    assert!(
        tokio::time::timeout(limit, session.simple_query("SELECT pg_sleep(600)")).await.is_err()
    );
    soon("the next", session.simple_query("SELECT 1")).await.unwrap();
}

/// pgbouncer 38, 245 and 717, ruby-pg 430: a cancel request that is late hits another query.
#[tokio::test]
async fn complaint_06_a_late_cancel_request_hits_nobody() {
    let cluster = cluster!();
    let pool = Pool::new(cluster.config(), PoolConfig::new(1));
    let mut random = fastrand::Rng::with_seed(6);
    for _ in 0..100 {
        let session = pool.acquire().await.unwrap();
        let limit = Duration::from_micros(random.u64(..2000));
        let calls = session.cancel_on_drop();
        let _ = tokio::time::timeout(limit, calls.simple_query("SELECT pg_sleep(0.001)")).await;
        drop(session);
        let next = soon("the next", pool.acquire()).await.unwrap();
        next.simple_query("SELECT pg_sleep(0.0005)").await.expect("the next user is not hit");
    }
}

/// sqlx 3540, 4159 and 4355, rust-postgres 246, 335 and 1007: a peer that has gone is never noticed.
#[tokio::test]
async fn complaint_07_a_dead_peer_is_noticed() {
    let cluster = cluster!();
    let config = cluster.config().silence_timeout(Duration::from_millis(100));
    let session = config.connect().await.unwrap();
    let pid = rustix::process::Pid::from_raw(session.process_id()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::STOP).unwrap();
    let error = soon("the end", session.query("SELECT 1", &[])).await.unwrap_err();
    rustix::process::kill_process(pid, rustix::process::Signal::CONT).unwrap();
    assert!(error.is_closed() && error.to_string().contains("sent nothing for 100ms"), "{error}");
}

/// rust-postgres 869: no limit for one query.
#[tokio::test]
async fn complaint_08_each_call_may_have_a_limit() {
    let cluster = cluster!();
    let session = cluster.session().await;
    let limit = Duration::from_millis(20);
    let limited = session.timeout(limit);
    let error = limited.cancel_on_drop().simple_query("SELECT pg_sleep(600)").await.unwrap_err();
    assert!(matches!(error, Error::TimedOut { after } if after == limit), "{error}");
    soon("the next", session.query("SELECT 1", &[])).await.unwrap();
}

/// sqlx 408 and 2068, node-postgres 2646, asyncpg 839, psqlpy 171: one round trip at a time.
#[tokio::test]
async fn complaint_09_requests_share_round_trips() {
    let cluster = cluster!();
    let session = Arc::new(cluster.session().await);
    let statement = session.prepare("SELECT 1").await.unwrap();
    let before = session.counts();
    let calls: JoinSet<_> = (0..200)
        .map(|_| {
            let (session, statement) = (session.clone(), statement.clone());
            async move { session.query(&statement, &[]).await.unwrap().len() }
        })
        .collect();
    calls.join_all().await;
    let after = session.counts();
    assert_eq!(after.requests - before.requests, 200);
    assert!(after.writes - before.writes < 20, "{before:?} {after:?}");
}

/// sqlx 447, 1102 and 3585: a listener that reconnects does not say that it has missed something.
#[tokio::test]
async fn complaint_10_a_listener_says_that_it_has_reconnected() {
    let cluster = cluster!();
    let (pool, watcher) =
        (Pool::new(cluster.config(), PoolConfig::new(1)), cluster.session().await);
    let channel = unique("channel");
    let mut listener = pool.listen(&channel);
    for round in ["one", "two"] {
        assert_eq!(soon("it listens", listener.next()).await, Notification::Reconnected);
        watcher.query("SELECT pg_notify($1, $2)", &[&channel, &round]).await.unwrap();
        let notification = soon("it", listener.next()).await;
        let Notification::Message { payload, .. } = notification else {
            panic!("{notification:?}")
        };
        assert_eq!(payload, round);
        let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = $1";
        let rows = watcher.query(end, &[&format!("LISTEN \"{channel}\"")]).await.unwrap();
        assert_eq!(rows.len(), 1);
    }
}

/// rust-postgres 486, 905 and 1229, deadpool 45: whether a connection has ended, and why.
#[tokio::test]
async fn complaint_11_a_session_says_that_and_why_it_has_ended() {
    let cluster = cluster!();
    let (session, watcher) = (cluster.session().await, cluster.session().await);
    assert!(!session.is_closed());
    watcher.query("SELECT pg_terminate_backend($1)", &[&session.process_id()]).await.unwrap();
    soon("its end", session.closed()).await;
    assert!(session.is_closed());
    let error = session.query("SELECT 1", &[]).await.unwrap_err();
    let text = error.to_string();
    assert!(text.contains("terminating connection due to administrator command"), "{text}");
    assert!(text.ends_with("the statement did not run") && error.is_safe_to_retry(), "{text}");
}

/// sqlx 622, 865, 2276, 3241 and 3513: callers that give up throw connections away, and a timeout is not explained.
#[tokio::test]
async fn complaint_12_the_pool_connects_for_itself_and_explains_timeouts() {
    let cluster = cluster!();
    let limit = Duration::from_secs(2);
    let pool = Pool::new(cluster.config(), PoolConfig::new(1).acquire_timeout(limit));
    assert!(polled(pool.acquire(), 1).await.is_none());
    until("the connection is there all the same", async || pool.status().await.unwrap().idle == 1)
        .await;
    let _held = pool.acquire().await.unwrap();
    let text = pool.acquire().await.unwrap_err().to_string();
    assert!(
        text.contains("1 of 1 are in use; the longest for") && text.contains("complaints.rs:"),
        "{text}"
    );
}

/// deadpool 57: a connection comes back in the state that its last user left.
#[tokio::test]
async fn complaint_13_a_session_comes_back_clean() {
    let cluster = cluster!();
    let pool = Pool::new(cluster.config(), PoolConfig::new(1));
    for sql in ["BEGIN", "BEGIN; SELECT 1 / 0"] {
        let session = pool.acquire().await.unwrap();
        let _ = session.simple_query(sql).await;
        drop(session);
        let session = soon("a session", pool.acquire()).await.unwrap();
        assert_eq!(session.status(), Status::Idle);
        session.query("SELECT 1", &[]).await.unwrap();
    }
}

/// sqlx 36 and 2762, porsager 1173, rust-postgres 986: errors during `COPY` make it hang, or lose the protocol.
#[tokio::test]
async fn complaint_14_errors_during_a_copy() {
    let cluster = cluster!();
    let session = cluster.session().await;
    session.simple_query("CREATE TEMP TABLE t (i int)").await.unwrap();
    for round in 0..20 {
        let mut copy = session.copy_in("COPY t FROM STDIN").await.unwrap();
        let mut failed = copy.send(b"nonsense\n").await;
        for _ in 0..round {
            failed = failed.and(copy.send(&[b'x'; 100_000]).await);
        }
        let error = failed.and(copy.finish().await.map(drop)).unwrap_err();
        assert_eq!(error.code(), Some("22P02"));
        assert_eq!(session.query_one("SELECT 42", &[]).await.unwrap().get::<i32>(0), 42);
    }
}

/// tokio-postgres, run beside ours: a stream that is not read makes everybody else wait. So it does here, by the nature
/// of the protocol; but only on its own session, for a limited time, and without its rows in memory.
#[tokio::test]
async fn complaint_15_a_slow_reader_stops_only_its_own_session() {
    let cluster = cluster!();
    let config = cluster.config().stall_timeout(Duration::from_millis(50));
    let pool = Pool::new(config, PoolConfig::new(2));
    let slow = pool.acquire().await.unwrap();
    let mut rows =
        slow.stream("SELECT repeat('x', 1000), generate_series(1, 10000000)", &[]).await.unwrap();
    rows.next().await.unwrap().unwrap();
    let begun = Instant::now();
    pool.acquire().await.unwrap().query("SELECT 1", &[]).await.unwrap();
    assert!(begun.elapsed() < DEADLINE);
    // The reader comes too late: the session is free again.
    until("the limit", async || slow.counts().cancels > 0).await;
    soon("the session", slow.query("SELECT 1", &[])).await.unwrap();
    let error = loop {
        if let Err(error) = rows.next().await.unwrap() {
            break error;
        }
    };
    assert!(matches!(error, Error::Stalled { .. }), "{error}");
    assert_ne!(error.code(), Some(SqlState::QUERY_CANCELED));
}
