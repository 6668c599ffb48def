//! The pool: who gets a session, in which state, and what is said if there is none.

use std::{
    collections::HashSet,
    env,
    pin::pin,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use postgres_actor::{Config, Error, Pool, PoolConfig, PooledSession, Reset, Status};
use tokio::{task::JoinSet, time::timeout};

use crate::support::{Cluster, at_once, cluster, soon, until};

fn pool(cluster: &Cluster, settings: PoolConfig) -> Pool {
    Pool::new(cluster.config(), settings)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_more_sessions_than_its_size_under_a_hundred_callers() {
    let cluster = cluster!();
    let pool = pool(cluster, PoolConfig::new(4));
    let mut callers = JoinSet::new();
    for _ in 0..100 {
        let pool = pool.clone();
        callers.spawn(async move {
            for _ in 0..5 {
                let session = pool.acquire().await.unwrap();
                let row = session.query_one("SELECT pg_backend_pid()", &[]).await.unwrap();
                assert_eq!(row.get::<i32>(0), session.process_id());
                let status = pool.status().await.unwrap();
                assert!(
                    status.idle + status.in_use + status.connecting + status.resetting <= 4,
                    "{status:?}"
                );
            }
        });
    }
    soon("all callers", callers.join_all()).await;
    until("all are back", async || pool.status().await.unwrap().in_use == 0).await;
}

#[tokio::test]
async fn an_error_says_who_holds_what() {
    let cluster = cluster!();
    let pool = pool(cluster, PoolConfig::new(2).acquire_timeout(Duration::from_secs(2)));
    let one = pool.acquire().await.unwrap();
    let line = line!() - 1;
    let _two = pool.acquire().await.unwrap();
    let Err(Error::Busy(busy)) = pool.acquire().await else { panic!("there is none") };
    assert_eq!((busy.size, busy.holders.len()), (2, 2));
    assert_eq!(
        (busy.holders[0].location.line(), busy.holders[0].process_id),
        (line, one.process_id())
    );
    let text = busy.to_string();
    assert!(text.contains("2 of 2 are in use; the longest for"), "{text}");
    assert!(text.contains(&format!("pool.rs:{line}:")), "{text}");
}

#[tokio::test]
async fn an_error_says_that_the_server_is_not_there() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let settings = PoolConfig::new(2).acquire_timeout(Duration::from_secs(1));
    let pool = Pool::new(Config::new("127.0.0.1", port, "postgres"), settings);
    let error = pool.acquire().await.unwrap_err();
    assert!(matches!(error, Error::Busy(_)) && error.is_safe_to_retry());
    assert!(
        error.to_string().contains("the last attempt to connect failed: connecting to 127.0.0.1"),
        "{error}"
    );
}

#[tokio::test]
async fn a_wrong_password_is_an_error_at_once() {
    let cluster = cluster!();
    let config =
        Config::new("127.0.0.1", cluster.port, "scram_user").password("wrong").database("postgres");
    let begun = Instant::now();
    let error = Pool::new(config, PoolConfig::new(2)).acquire().await.unwrap_err();
    assert_eq!(error.code(), Some("28P01"));
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn a_session_comes_back_clean() {
    let cluster = cluster!();
    for reset in [Reset::Rollback, Reset::Clean, Reset::DiscardAll] {
        let pool = pool(cluster, PoolConfig::new(1).reset(reset));
        let session = pool.acquire().await.unwrap();
        let pid = session.process_id();
        session.simple_query("SET TimeZone = 'Asia/Tokyo'").await.unwrap();
        session.simple_query("CREATE TEMP TABLE t (i int)").await.unwrap();
        session.simple_query("BEGIN").await.unwrap();
        drop(session);
        let session = pool.acquire().await.unwrap();
        assert_eq!((session.process_id(), session.status()), (pid, Status::Idle));
        let is_kept = reset == Reset::Rollback;
        assert_eq!(
            session.parameter("TimeZone").as_deref() == Some("Asia/Tokyo"),
            is_kept,
            "{reset:?}"
        );
        let table = "SELECT to_regclass('pg_temp.t') IS NOT NULL";
        assert_eq!(
            session.query_one(table, &[]).await.unwrap().get::<bool>(0),
            is_kept,
            "{reset:?}"
        );
    }
}

/// Also with a stream, a `COPY` or a transaction that is still alive, or a statement that runs.
#[tokio::test]
async fn a_session_comes_back_clean_whatever_was_under_way() {
    let cluster = cluster!();
    let pool = pool(cluster, PoolConfig::new(1));
    let watcher = cluster.session().await;
    for kind in 0..5 {
        let session = pool.acquire().await.unwrap();
        match kind {
            0 => drop(session.stream("SELECT generate_series(1, 100000)", &[]).await.unwrap()),
            1 => {
                session.simple_query("CREATE TEMP TABLE t (i int)").await.unwrap();
                let mut copy = session.copy_in("COPY t FROM STDIN").await.unwrap();
                copy.send(b"1\n").await.unwrap();
            }
            2 => drop(session.transaction().await.unwrap()),
            3 => drop(session.simple_query("BEGIN; SELECT 1 / 0").await.unwrap_err()),
            _ => {
                let call = session.simple_query("BEGIN; SELECT pg_sleep(0.1)");
                let _ = tokio::time::timeout(Duration::from_millis(20), call).await;
            }
        }
        let pid = session.process_id();
        drop(session);
        let session = soon("a session", pool.acquire()).await.unwrap();
        let state = "SELECT state FROM pg_stat_activity WHERE pid = $1";
        let row = watcher.query_one(state, &[&pid]).await.unwrap();
        assert_eq!(row.get::<&str>(0), "idle", "{kind}");
        assert_eq!(session.query_one("SELECT 42", &[]).await.unwrap().get::<i32>(0), 42);
    }
    let locks = "SELECT count(*) FROM pg_locks WHERE pid <> pg_backend_pid() AND locktype = 'relation' AND pid IN \
        (SELECT pid FROM pg_stat_activity WHERE state = 'idle')";
    assert_eq!(watcher.query_one(locks, &[]).await.unwrap().get::<i64>(0), 0);
}

/// A session that a dropped caller would have got goes to the next one, and its connection is not thrown away.
#[tokio::test]
async fn callers_that_give_up_cost_nothing() {
    let cluster = cluster!();
    let pool = pool(cluster, PoolConfig::new(1));
    // While it connects.
    for _ in 0..3 {
        assert!(at_once(pool.acquire()).await.is_none());
    }
    let session = soon("a session", pool.acquire()).await.unwrap();
    let pid = session.process_id();
    // While they wait, in front of one who does not give up.
    let mut callers = JoinSet::new();
    for _ in 0..10 {
        let pool = pool.clone();
        callers.spawn(async move {
            tokio::time::timeout(Duration::from_millis(5), pool.acquire()).await.is_err()
        });
    }
    assert!(callers.join_all().await.into_iter().all(|gave_up| gave_up));
    let waiting = tokio::spawn({
        let pool = pool.clone();
        async move { pool.acquire().await.unwrap().process_id() }
    });
    until("it waits", async || pool.status().await.unwrap().waiting == 1).await;
    drop(session);
    assert_eq!(soon("the session", waiting).await.unwrap(), pid);
}

/// Neither a free session nor one that comes back goes through the pool's actor.
#[tokio::test]
async fn a_session_goes_from_hand_to_hand() {
    let cluster = cluster!();
    let pool = pool(cluster, PoolConfig::new(1));
    let session = pool.acquire().await.unwrap();
    let pid = session.process_id();
    drop(session);
    let session = at_once(pool.acquire()).await.expect("one is free").unwrap();
    let mut next = pin!(pool.acquire());
    assert!(at_once(next.as_mut()).await.is_none());
    drop(session);
    let session = at_once(next).await.expect("it was handed over").unwrap();
    assert_eq!(session.process_id(), pid);
}

/// A task that takes free sessions again and again never has to wait, and others run all the same.
#[tokio::test]
async fn a_task_that_only_acquires_lets_others_run() {
    let cluster = cluster!();
    let pool = pool(cluster, PoolConfig::new(1));
    drop(pool.acquire().await.unwrap());
    let other = tokio::spawn(async {});
    let mut rounds = 0;
    while !other.is_finished() && rounds < 10_000 {
        drop(pool.acquire().await.unwrap());
        rounds += 1;
    }
    assert!(other.is_finished(), "it has not run in {rounds} rounds");
}

#[tokio::test]
async fn callers_are_served_in_their_order() {
    let cluster = cluster!();
    let pool = pool(cluster, PoolConfig::new(1));
    let session = pool.acquire().await.unwrap();
    let (served, order) = (Arc::new(Mutex::new(Vec::new())), (0..8).collect::<Vec<usize>>());
    let mut callers = JoinSet::new();
    for number in order.clone() {
        let (acquired, served) = (pool.acquire(), served.clone());
        callers.spawn(async move {
            let session = acquired.await.unwrap();
            served.lock().unwrap().push(number);
            session.query("SELECT 1", &[]).await.unwrap();
        });
        until("it waits", async || pool.status().await.unwrap().waiting == number + 1).await;
    }
    drop(session);
    soon("all callers", callers.join_all()).await;
    assert_eq!(*served.lock().unwrap(), order);
}

/// A request may be on its way, although the server has not been told of it when the session comes back. So the server is
/// asked before anybody else gets the session.
#[tokio::test]
async fn a_session_whose_call_was_given_up_is_asked_first() {
    let cluster = cluster!();
    let pool = pool(cluster, PoolConfig::new(1));
    let session = pool.acquire().await.unwrap();
    session.query("SELECT 1", &[]).await.unwrap();
    let requests = session.counts().requests;
    drop(session);
    let session = pool.acquire().await.unwrap();
    assert_eq!(session.counts().requests, requests, "nothing was under way");

    assert!(at_once(session.simple_query("BEGIN")).await.is_none());
    drop(session);
    let session = pool.acquire().await.unwrap();
    assert_eq!((session.counts().requests, session.status()), (requests + 1, Status::Idle));

    let rows = session.stream("SELECT 1", &[]).await.unwrap();
    drop(session);
    drop(rows);
    let session = pool.acquire().await.unwrap();
    assert!(session.counts().requests > requests + 1);
    session.query("SELECT 1", &[]).await.unwrap();
    assert_eq!((session.status(), session.pending()), (Status::Idle, 0));
}

/// Callers that do everything one can do to a pool, in random order. It never has too many connections, none of them is
/// lent twice or in a transaction, and in the end all are free.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_callers_do_to_it() {
    let cluster = cluster!();
    let given = env::var("SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = given.unwrap_or_else(|| fastrand::u64(..));
    println!("SEED={seed}");
    let pool = Pool::new(cluster.config().application_name("whatever"), PoolConfig::new(4));
    let holders = Arc::new(Mutex::new(HashSet::new()));
    let mut callers = JoinSet::new();
    for caller in 0..16 {
        let (pool, holders) = (pool.clone(), holders.clone());
        let mut random = fastrand::Rng::with_seed(seed.wrapping_add(caller));
        callers.spawn(async move {
            for _ in 0..60 {
                let limit = Duration::from_micros(random.u64(..3000));
                let Ok(session) = timeout(limit, pool.acquire()).await else { continue };
                let session = session.unwrap();
                let pid = session.process_id();
                assert!(holders.lock().unwrap().insert(pid), "{pid} is lent twice");
                let limit = Duration::from_micros(random.u64(..600));
                let _ = timeout(limit, disturb(&session, &pool, random.u64(..7))).await;
                assert!(holders.lock().unwrap().remove(&pid));
            }
        });
    }
    let watcher = cluster.session().await;
    let count = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'whatever'";
    while let Some(caller) = soon("a caller", callers.join_next()).await {
        caller.unwrap();
        // One that was closed may take a moment to end.
        until("4 connections", async || {
            watcher.query_one(count, &[]).await.unwrap().get::<i64>(0) <= 4
        })
        .await;
    }
    let mut all = Vec::new();
    for _ in 0..4 {
        let session = soon("a session", pool.acquire()).await.unwrap();
        session.query("SELECT 1", &[]).await.unwrap();
        assert_eq!(session.status(), Status::Idle);
        all.push(session);
    }
}

/// One of the things that a user of a session may do before it goes back.
async fn disturb(session: &PooledSession, pool: &Pool, what: u64) {
    if session.query("SELECT 1", &[]).await.is_ok() {
        assert_eq!(session.status(), Status::Idle);
    }
    match what {
        0 => drop(session.simple_query("BEGIN").await),
        1 => drop(session.transaction().await),
        2 => drop(session.stream("SELECT generate_series(1, 5000)", &[]).await),
        3 => drop(session.simple_query("BEGIN; SELECT 1 / 0").await),
        4 => drop(session.query("SELECT pg_terminate_backend(pg_backend_pid())", &[]).await),
        5 => pool.panic(),
        _ => {}
    }
}

#[tokio::test]
async fn a_session_that_has_died_is_replaced() {
    let cluster = cluster!();
    let pool = pool(cluster, PoolConfig::new(1));
    let watcher = cluster.session().await;
    let kill = "SELECT pg_terminate_backend($1)";
    for is_in_use in [false, true] {
        let session = pool.acquire().await.unwrap();
        let pid = session.process_id();
        if is_in_use {
            watcher.query(kill, &[&pid]).await.unwrap();
            until("it has ended", async || session.is_closed()).await;
            drop(session);
        } else {
            drop(session);
            watcher.query(kill, &[&pid]).await.unwrap();
            until("it is noticed", async || pool.status().await.unwrap().idle == 0).await;
        }
        let session = soon("another", pool.acquire()).await.unwrap();
        assert_ne!(session.process_id(), pid);
        session.query("SELECT 1", &[]).await.unwrap();
    }
}

#[tokio::test]
async fn sessions_end_when_they_are_idle_or_old() {
    let cluster = cluster!();
    let soon_over = Duration::from_millis(10);
    let settings = PoolConfig::new(2).idle_timeout(soon_over);
    let idle = pool(cluster, settings);
    drop(idle.acquire().await.unwrap());
    until("it is closed", async || idle.status().await.unwrap().idle == 0).await;

    let old = pool(cluster, PoolConfig::new(1).max_lifetime(soon_over));
    let pid = old.acquire().await.unwrap().process_id();
    tokio::time::sleep(soon_over * 2).await;
    assert_ne!(old.acquire().await.unwrap().process_id(), pid);

    let warm = pool(cluster, PoolConfig::new(3).min_idle(2));
    until("two are connected", async || warm.status().await.unwrap().idle == 2).await;

    let checked = pool(cluster, PoolConfig::new(1).check_after(Duration::ZERO));
    for _ in 0..3 {
        checked.acquire().await.unwrap().query("SELECT 1", &[]).await.unwrap();
    }
}

/// The pool's actor panics, and goes on behind the same handle.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_restarted_behind_the_same_handle() {
    let cluster = cluster!();
    let pool = pool(cluster, PoolConfig::new(2));
    let held = pool.acquire().await.unwrap();
    let mut callers = JoinSet::new();
    for _ in 0..20 {
        let pool = pool.clone();
        callers.spawn(async move {
            for _ in 0..20 {
                let session = pool.acquire().await.unwrap();
                session.query("SELECT 1", &[]).await.unwrap();
            }
        });
    }
    for _ in 0..10 {
        pool.panic();
        tokio::task::yield_now().await;
    }
    soon("all callers", callers.join_all()).await;
    assert_eq!(pool.status().await.unwrap().in_use, 1);
    held.query("SELECT 1", &[]).await.unwrap();
    // Nor does a session that is idle meanwhile end.
    let pid = held.process_id();
    drop(held);
    until("all are back", async || pool.status().await.unwrap().idle == 2).await;
    pool.panic();
    assert_eq!(pool.status().await.unwrap().idle, 2);
    assert_eq!(pool.acquire().await.unwrap().process_id(), pid);
}

/// After too many panics the pool is closed, and no caller waits for its time limit.
#[tokio::test]
async fn a_pool_that_panics_again_and_again_is_closed() {
    let cluster = cluster!();
    let pool = pool(cluster, PoolConfig::new(1).acquire_timeout(Duration::from_secs(3600)));
    let session = pool.acquire().await.unwrap();
    let mut waiting = pin!(pool.acquire());
    assert!(at_once(waiting.as_mut()).await.is_none());
    for _ in 0..=100 {
        pool.panic();
    }
    assert!(matches!(soon("the end", waiting).await, Err(Error::PoolClosed)));
    assert!(matches!(pool.acquire().await, Err(Error::PoolClosed)));
    session.query("SELECT 1", &[]).await.unwrap();
}

#[tokio::test]
async fn closing_ends_waiting_callers_and_idle_sessions() {
    let cluster = cluster!();
    let pool = Arc::new(pool(cluster, PoolConfig::new(1)));
    let session = pool.acquire().await.unwrap();
    let waiting = tokio::spawn({
        let pool = pool.clone();
        async move { pool.acquire().await.map(drop) }
    });
    until("it waits", async || pool.status().await.unwrap().waiting == 1).await;
    soon("the pool's end", pool.close()).await;
    assert!(matches!(waiting.await.unwrap(), Err(Error::PoolClosed)));
    assert!(matches!(pool.acquire().await, Err(Error::PoolClosed)));
    session.query("SELECT 1", &[]).await.unwrap();
    let (pid, watcher) = (session.process_id(), cluster.session().await);
    drop(session);
    let count = "SELECT count(*) FROM pg_stat_activity WHERE pid = $1";
    until("it has ended", async || {
        watcher.query_one(count, &[&pid]).await.unwrap().get::<i64>(0) == 0
    })
    .await;
}
