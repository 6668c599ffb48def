//! The server ends, in several ways, under 64 callers: every call ends, and says why.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

use postgres_actor::{Closed, Error, Notification, Pool, PoolConfig, Session};
use rustix::process::{Pid, Signal, kill_process};
use tokio::task::JoinSet;

use crate::support::{Cluster, cluster, soon, unique, until};

/// Callers that go on until their session ends, and return the error.
fn callers(session: &Arc<Session>) -> JoinSet<Error> {
    (0..64)
        .map(|caller: i32| {
            let session = session.clone();
            async move {
                loop {
                    match session.query_one("SELECT $1::int4", &[&caller]).await {
                        Ok(row) => assert_eq!(row.get::<i32>(0), caller),
                        Err(error) => break error,
                    }
                }
            }
        })
        .collect()
}

async fn all_end(callers: JoinSet<Error>) -> Vec<Error> {
    let errors = soon("every call ends", callers.join_all()).await;
    assert_eq!(errors.len(), 64);
    for error in &errors {
        assert!(error.is_closed(), "{error}");
    }
    errors
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_is_terminated() {
    let cluster = cluster!();
    let (session, watcher) = (Arc::new(cluster.session().await), cluster.session().await);
    let callers = callers(&session);
    until("they run", async || session.counts().requests > 1000).await;
    watcher.query("SELECT pg_terminate_backend($1)", &[&session.process_id()]).await.unwrap();
    for error in all_end(callers).await {
        // The server's last words, for everybody.
        assert_eq!(error.code(), Some("57P01"), "{error}");
    }
    soon("it has ended", session.closed()).await;
    let error = session.query("SELECT 1", &[]).await.unwrap_err();
    assert!(error.is_safe_to_retry() && error.code() == Some("57P01"), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_is_killed() {
    let Some(cluster) = own_cluster() else { return };
    let session = Arc::new(cluster.session().await);
    let callers = callers(&session);
    until("they run", async || session.counts().requests > 1000).await;
    let pid = Pid::from_raw(session.process_id()).unwrap();
    kill_process(pid, Signal::KILL).unwrap();
    for error in all_end(callers).await {
        assert!(
            matches!(error, Error::Closed { why: Closed::Io(_) | Closed::ByServer(_), .. }),
            "{error}"
        );
    }
}

/// A process that is stopped, as one behind a network that drops everything.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_answers_nothing() {
    let cluster = cluster!();
    let config = cluster.config().silence_timeout(Duration::from_secs(1));
    let session = Arc::new(config.connect().await.unwrap());
    let callers = callers(&session);
    until("they run", async || session.counts().requests > 1000).await;
    let pid = Pid::from_raw(session.process_id()).unwrap();
    kill_process(pid, Signal::STOP).unwrap();
    for error in all_end(callers).await {
        assert!(matches!(error, Error::Closed { why: Closed::Silent(_), .. }), "{error}");
    }
    kill_process(pid, Signal::CONT).unwrap();
}

/// A cluster that may be killed. `None` if there is no PostgreSQL.
fn own_cluster() -> Option<Cluster> {
    crate::support::shared()?;
    Some(Cluster::start("restart_after_crash = on").expect("another one starts"))
}

/// The server loses power and comes back: a pool heals, and a listener says that it may have missed something.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_loses_power_and_comes_back() {
    let Some(cluster) = own_cluster() else { return };
    let pool = Pool::new(cluster.config(), PoolConfig::new(8));
    let channel = unique("channel");
    let mut listener = pool.listen(&channel);
    assert_eq!(soon("it listens", listener.next()).await, Notification::Reconnected);
    let session = Arc::new(cluster.session().await);
    let callers = callers(&session);
    let is_back = Arc::new(AtomicBool::new(false));
    let through_pool: JoinSet<()> = (0..64)
        .map(|_| {
            let (pool, is_back) = (pool.clone(), is_back.clone());
            async move {
                let mut in_a_row = 0;
                while in_a_row < 50 || !is_back.load(Relaxed) {
                    let outcome = async { pool.acquire().await?.query("SELECT 1", &[]).await };
                    match outcome.await {
                        Ok(_) => in_a_row += 1,
                        Err(error) => {
                            assert!(error.is_closed(), "{error}");
                            in_a_row = 0;
                        }
                    }
                }
            }
        })
        .collect();
    until("they run", async || session.counts().requests > 1000).await;
    tokio::task::block_in_place(|| cluster.kill());
    all_end(callers).await;
    assert!(tokio::task::block_in_place(|| cluster.run_server()));
    is_back.store(true, Relaxed);
    soon("the pool heals", through_pool.join_all()).await;
    // It may have connected between two attempts of the server to start.
    assert_eq!(soon("it listens again", listener.next()).await, Notification::Reconnected);
    let session = pool.acquire().await.unwrap();
    session.query("SELECT pg_notify($1, 'back')", &[&channel]).await.unwrap();
    let notification = soon("the notification", listener.next()).await;
    assert!(matches!(notification, Notification::Message { ref payload, .. } if payload == "back"));
}
