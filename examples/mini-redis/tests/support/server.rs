//! A server in a thread and a runtime of its own.

use std::{net::SocketAddr, sync::mpsc, thread};

use actor_runtime::Scope;
use mini_redis_actors::Settings;
use tokio::sync::oneshot;

/// A running server, which is shut down on drop.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<thread::JoinHandle<usize>>,
}

impl Server {
    pub(crate) fn start() -> Self {
        Self::with(Settings::default())
    }

    pub(crate) fn with(settings: Settings) -> Self {
        Self::with_runtime(settings, tokio::runtime::Builder::new_current_thread())
    }

    /// Like [`start`](Self::start), with two worker threads.
    pub(crate) fn with_threads() -> Self {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        builder.worker_threads(2);
        Self::with_runtime(Settings::default(), builder)
    }

    fn with_runtime(settings: Settings, mut builder: tokio::runtime::Builder) -> Self {
        let (started, address) = mpsc::channel();
        let (stop, stopped) = oneshot::channel::<()>();
        let thread = thread::spawn(move || {
            let runtime = builder.enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let scope = Scope::new();
                let server = mini_redis_actors::start(settings, &scope).await.expect("a port");
                let facts = server.facts().await.expect("the server runs");
                started.send(facts.address).expect("the test waits for it");
                // The sender is dropped without sending.
                let _ = stopped.await;
                scope.shutdown().await;
            });
            runtime.metrics().num_alive_tasks()
        });
        let address = address.recv().expect("the server has started");
        Self { address, stop: Some(stop), thread: Some(thread) }
    }

    /// Begins the shutdown without waiting for it.
    pub(crate) fn stop(&mut self) {
        self.stop.take();
    }

    /// Shuts down the server, and returns the number of tasks that are left in its runtime.
    pub(crate) fn shutdown(mut self) -> usize {
        self.stop();
        let thread = self.thread.take().expect("it is shut down once");
        thread.join().expect("the server does not panic")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
