//! A runtime that shuts down while the pool's actor runs: the tasks that it waits for are cancelled, and it does not panic.

use std::{
    net::TcpListener,
    panic,
    pin::pin,
    sync::{
        Arc, Mutex, Once, PoisonError,
        mpsc::{Receiver, Sender, channel},
    },
    task::{Context, Wake, Waker},
    thread,
};

use futures_util::FutureExt;
use postgres_actor::{Config, Pool, PoolConfig};
use tokio::{runtime::Builder, select};

use crate::support::{DEADLINE, cluster, until};

/// The names of threads that have panicked.
fn panics() -> &'static Mutex<Vec<String>> {
    static PANICS: Mutex<Vec<String>> = Mutex::new(Vec::new());
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let others = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let name = thread::current().name().unwrap_or_default().to_owned();
            PANICS.lock().unwrap_or_else(PoisonError::into_inner).push(name);
            others(info);
        }));
    });
    &PANICS
}

/// A waker that stops the thread that wakes, until it may go on.
struct Stops {
    has_stopped: Sender<()>,
    may_go_on: Mutex<Receiver<()>>,
}

impl Wake for Stops {
    fn wake(self: Arc<Self>) {
        let _ = self.has_stopped.send(());
        let _ = self.may_go_on.lock().unwrap_or_else(PoisonError::into_inner).recv();
    }
}

/// Shuts a runtime down while the actor of a pool answers a message, so that it sees afterwards that tasks were cancelled.
async fn shut_down(
    name: &str,
    (config, settings): (Config, PoolConfig),
    begin: impl AsyncFnOnce(&Pool),
    then: impl FnOnce(&Pool),
) {
    let panics = panics();
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name(name)
        .enable_all()
        .build()
        .unwrap();
    let pool = {
        let _entered = runtime.enter();
        Pool::new(config, settings)
    };
    begin(&pool).await;
    let (has_stopped, stopped) = channel();
    let (go_on, may_go_on) = channel();
    let waker = Waker::from(Arc::new(Stops { has_stopped, may_go_on: Mutex::new(may_go_on) }));
    let mut status = pin!(pool.status());
    assert!(status.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    stopped.recv_timeout(DEADLINE).expect("the actor answers");
    then(&pool);
    let metrics = runtime.metrics();
    let shuts_down = thread::spawn(move || runtime.shutdown_timeout(DEADLINE));
    until("all other tasks are gone", async || metrics.num_alive_tasks() == 0).await;
    go_on.send(()).unwrap();
    until("it has shut down", async || shuts_down.is_finished()).await;
    // Not locked while it is asserted, which may panic.
    let panics = panics.lock().unwrap_or_else(PoisonError::into_inner).clone();
    assert!(!panics.iter().any(|thread| thread == name), "{panics:?}");
}

#[tokio::test]
async fn while_a_pool_connects() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let config = Config::new("127.0.0.1", silent.local_addr().unwrap().port(), "postgres");
    let connects = async |pool: &Pool| {
        until("all connect", async || pool.status().await.unwrap().connecting == 8).await;
    };
    let settings = PoolConfig::new(8).min_idle(8);
    shut_down("a pool connects", (config, settings), connects, |_| {}).await;
}

#[tokio::test]
async fn while_a_pool_resets_sessions() {
    let cluster = cluster!();
    let resets = async |pool: &Pool| {
        let mut sessions = Vec::new();
        for _ in 0..4 {
            sessions.push(pool.acquire().await.unwrap());
        }
        for session in sessions {
            // The call is dropped, and the statement goes on.
            select! {
                ended = session.simple_query("SELECT pg_sleep(5)") => panic!("{ended:?}"),
                () = until("it is sent", async || session.pending() == 1) => {}
            }
        }
        until("all are reset", async || pool.status().await.unwrap().resetting == 4).await;
    };
    shut_down("a pool resets", (cluster.config(), PoolConfig::new(4)), resets, |_| {}).await;
}

#[tokio::test]
async fn while_a_pool_closes() {
    let cluster = cluster!();
    let idles = async |pool: &Pool| {
        until("all are idle", async || pool.status().await.unwrap().idle == 4).await;
    };
    shut_down("a pool closes", (cluster.config(), PoolConfig::new(4).min_idle(4)), idles, |pool| {
        assert!(pool.close().now_or_never().is_none());
    })
    .await;
}
