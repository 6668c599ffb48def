//! Every public future, polled any number of times and then dropped: the session goes on, and nothing is left open.

use std::{pin::Pin, sync::Arc};

use postgres_actor::{Pool, PoolConfig, Result, Session, Status};

use crate::support::{cluster, polled, soon, unique, until};

/// What a test does with a session, up to the future that is dropped.
type Scenario = Pin<Box<dyn Future<Output = bool> + Send>>;

/// Runs a scenario with 0, 1, 2, .. polls until its future is ready, and looks at the session each time.
async fn sweep(name: &str, scenario: impl Fn(Arc<Session>, u32) -> Scenario) {
    let Some(cluster) = crate::support::shared() else { return };
    let session = Arc::new(cluster.session().await);
    session
        .simple_query("CREATE TEMP TABLE t (i int); CREATE TEMP TABLE kept (i int)")
        .await
        .unwrap();
    for polls in 0.. {
        assert!(polls < 100, "{name} is never ready");
        let is_ready = soon(name, scenario(session.clone(), polls)).await;
        let row = soon(name, session.query_one("SELECT 42", &[])).await.unwrap();
        assert_eq!(row.get::<i32>(0), 42, "{name} {polls}");
        assert_eq!(session.status(), Status::Idle, "{name} {polls}");
        until("nothing is under way", async || session.pending() == 0).await;
        let begun = "SELECT count(*) FROM t WHERE i < 0";
        assert_eq!(session.query_one(begun, &[]).await.unwrap().get::<i64>(0), 0, "{name} {polls}");
        if is_ready {
            assert!(polls > 0, "{name} is a future");
            return;
        }
    }
}

/// A scenario whose future begins with the session.
macro_rules! sweep {
    ($($name:ident: |$session:ident| $call:expr;)*) => {
        $(#[tokio::test]
        async fn $name() {
            sweep(stringify!($name), |$session, polls| {
                Box::pin(async move { polled($call, polls).await.is_some() })
            })
            .await;
        })*
    };
}

sweep! {
    query: |session| session.query("SELECT $1::int4", &[&1]);
    query_one: |session| session.query_one("SELECT generate_series(1, 1000)", &[]);
    query_opt: |session| session.query_opt("SELECT 1", &[]);
    query_typed: |session| session.query_typed("SELECT 1", &[]);
    execute_typed: |session| session.execute_typed("INSERT INTO t VALUES (1)", &[]);
    execute: |session| session.execute("INSERT INTO t VALUES (1)", &[]);
    simple_query: |session| session.simple_query("SELECT 1; SELECT 2");
    prepare: |session| session.prepare("SELECT 3");
    stream: |session| session.stream("SELECT generate_series(1, 10000)", &[]);
    copy_out: |session| session.copy_out("COPY (SELECT 1) TO STDOUT");
    copy_in: |session| session.copy_in("COPY t FROM STDIN");
    transaction: |session| session.transaction();
    exclusive: |session| session.exclusive();
    notices: |session| session.notices();
    notifications: |session| session.notifications();
    cancel: |session| session.cancel();
    listen: |session| session.listen("channel");
}

/// A scenario whose future is made of something that is there already.
macro_rules! sweep_after {
    ($($name:ident: |$session:ident, $polls:ident| $body:expr;)*) => {
        $(#[tokio::test]
        async fn $name() {
            sweep(stringify!($name), |$session, $polls| {
                Box::pin(async move {
                    let body: Result<bool> = async { $body }.await;
                    body.unwrap()
                })
            })
            .await;
        })*
    };
}

sweep_after! {
    batch_add: |session, polls| {
        let mut batch = session.batch();
        batch.add("SELECT 1", &[]).await?;
        let is_ready = polled(batch.add(&unique("SELECT 1 AS a"), &[]), polls).await.is_some();
        assert_eq!(batch.run().await?.len(), 1 + usize::from(is_ready));
        Ok(is_ready)
    };
    batch_run: |session, polls| {
        let mut batch = session.batch();
        batch.add("SELECT 1", &[]).await?;
        Ok(polled(batch.run(), polls).await.is_some())
    };
    stream_next: |session, polls| {
        let mut rows = session.buffer(1).stream("SELECT generate_series(1, 20000)", &[]).await?;
        let (mut count, mut is_ready) = (0, true);
        loop {
            match polled(rows.next(), polls).await {
                None => is_ready = false,
                Some(Some(row)) => {
                    count += 1;
                    assert_eq!(row?.get::<i32>(0), count, "no row is lost");
                }
                Some(None) => break,
            }
            if polls == 0 {
                return Ok(false);
            }
            tokio::task::yield_now().await;
        }
        assert_eq!(count, 20_000);
        Ok(is_ready || polls > 3)
    };
    stream_collect: |session, polls| {
        let rows = session.stream("SELECT generate_series(1, 20000)", &[]).await?;
        Ok(polled(rows.collect(), polls).await.is_some())
    };
    copy_out_next: |session, polls| {
        let mut data = session.copy_out("COPY (SELECT generate_series(1, 20000)) TO STDOUT").await?;
        Ok(polled(data.next(), polls).await.is_some())
    };
    copy_in_send: |session, polls| {
        let mut copy = session.copy_in("COPY t FROM STDIN").await?;
        let data = "-1\n".repeat(100_000);
        Ok(polled(copy.send(data.as_bytes()), polls).await.is_some())
    };
    copy_in_finish: |session, polls| {
        let mut copy = session.copy_in("COPY kept FROM STDIN").await?;
        copy.send(b"1\n").await?;
        Ok(polled(copy.finish(), polls).await.is_some())
    };
    commit: |session, polls| {
        let before = kept(&session).await?;
        let transaction = session.transaction().await?;
        transaction.execute("INSERT INTO kept VALUES (1)", &[]).await?;
        let is_ready = polled(transaction.commit(), polls).await.is_some();
        let stored = kept(&session).await? - before;
        assert!(if is_ready { stored == 1 } else { stored <= 1 }, "{polls}: {stored}");
        Ok(is_ready)
    };
    rollback: |session, polls| {
        let transaction = session.transaction().await?;
        transaction.execute("INSERT INTO t VALUES (-1)", &[]).await?;
        Ok(polled(transaction.rollback(), polls).await.is_some())
    };
    in_a_transaction: |session, polls| {
        let transaction = session.transaction().await?;
        Ok(polled(transaction.execute("INSERT INTO t VALUES (-1)", &[]), polls).await.is_some())
    };
    savepoint: |session, polls| {
        let mut transaction = session.transaction().await?;
        let is_ready = polled(transaction.savepoint("one"), polls).await.is_some();
        transaction.execute("INSERT INTO kept VALUES (2)", &[]).await?;
        transaction.commit().await?;
        Ok(is_ready)
    };
    savepoint_commit: |session, polls| {
        let mut transaction = session.transaction().await?;
        let savepoint = transaction.savepoint("one").await?;
        savepoint.execute("INSERT INTO kept VALUES (3)", &[]).await?;
        let is_ready = polled(savepoint.commit(), polls).await.is_some();
        transaction.execute("INSERT INTO kept VALUES (4)", &[]).await?;
        transaction.commit().await?;
        Ok(is_ready)
    };
    savepoint_rollback: |session, polls| {
        let mut transaction = session.transaction().await?;
        let savepoint = transaction.savepoint("one").await?;
        savepoint.execute("INSERT INTO t VALUES (-1)", &[]).await?;
        let is_ready = polled(savepoint.rollback(), polls).await.is_some();
        transaction.commit().await?;
        Ok(is_ready)
    };
    portal: |session, polls| {
        let transaction = session.transaction().await?;
        let is_ready = polled(transaction.portal("SELECT 1", &[]), polls).await.is_some();
        let open = "SELECT count(*) FROM pg_cursors WHERE name <> ''";
        assert_eq!(transaction.query_one(open, &[]).await?.get::<i64>(0), 0);
        transaction.commit().await?;
        Ok(is_ready)
    };
    portal_fetch: |session, polls| {
        let transaction = session.transaction().await?;
        let portal = transaction.portal("SELECT generate_series(1, 5)", &[]).await?;
        Ok(polled(portal.fetch(2), polls).await.is_some())
    };
    portal_next: |session, polls| {
        let transaction = session.transaction().await?;
        let portal = transaction.portal("SELECT generate_series(1, 200)", &[]).await?;
        let (mut rows, mut count, mut was_late) = (portal.stream(3), 0, false);
        if polls == 0 {
            return Ok(false);
        }
        loop {
            match polled(rows.next(), polls).await {
                None => was_late = true,
                Some(Some(row)) => {
                    count += 1;
                    assert_eq!(row?.get::<i32>(0), count, "no row is lost");
                }
                Some(None) => break,
            }
            tokio::task::yield_now().await;
        }
        assert_eq!(count, 200);
        Ok(!was_late || polls > 5)
    };
    notifications_next: |session, polls| {
        let mut notifications = session.listen("channel").await?;
        session.simple_query("NOTIFY channel").await?;
        Ok(polled(notifications.next(), polls).await.is_some())
    };
}

async fn kept(session: &Session) -> Result<i64> {
    Ok(session.query_one("SELECT count(*) FROM kept", &[]).await?.get(0))
}

#[tokio::test]
async fn connect_and_close() {
    let cluster = cluster!();
    let config = cluster.config().application_name("dropped half way");
    let watcher = cluster.session().await;
    for polls in 0..200 {
        let session = match polled(config.connect(), polls).await {
            None => continue,
            Some(session) => session.unwrap(),
        };
        for polls in 0..100 {
            let is_closed = polled(session.close(), polls).await.is_some();
            assert_eq!(session.query("SELECT 1", &[]).await.is_err(), polls > 0);
            if is_closed {
                break;
            }
        }
        break;
    }
    let left = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'dropped half way'";
    until("all connections have ended", async || {
        watcher.query_one(left, &[]).await.unwrap().get::<i64>(0) == 0
    })
    .await;
}

#[tokio::test]
async fn acquire() {
    let cluster = cluster!();
    let pool = Pool::new(cluster.config(), PoolConfig::new(1));
    for polls in 0..100 {
        let is_ready = polled(pool.acquire(), polls).await.is_some();
        let session = soon("a session", pool.acquire()).await.unwrap();
        assert_eq!(session.query_one("SELECT 42", &[]).await.unwrap().get::<i32>(0), 42);
        drop(session);
        if is_ready {
            return;
        }
    }
    panic!("a session is never ready");
}

/// 64 callers whose calls are dropped at random.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_random_under_64_callers() {
    let cluster = cluster!();
    let session = Arc::new(cluster.session().await);
    let callers: tokio::task::JoinSet<()> = (0..64_u64)
        .map(|caller| {
            let session = session.clone();
            async move {
                let mut random = fastrand::Rng::with_seed(caller);
                for round in 0..40_i32 {
                    let polls = random.u32(0..6);
                    let rows = polled(session.query("SELECT $1::int4", &[&round]), polls).await;
                    if let Some(rows) = rows {
                        assert_eq!(rows.unwrap()[0].get::<i32>(0), round);
                    }
                    if random.u8(..) < 20 {
                        let transaction = polled(session.transaction(), polls).await;
                        if let Some(transaction) = transaction {
                            let transaction = transaction.unwrap();
                            let _ = polled(transaction.simple_query("SELECT 1 / 0"), polls).await;
                        }
                    }
                }
            }
        })
        .collect();
    soon("all callers", callers.join_all()).await;
    assert_eq!(session.query_one("SELECT 42", &[]).await.unwrap().get::<i32>(0), 42);
    assert_eq!(session.status(), Status::Idle);
}
