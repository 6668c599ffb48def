//! The clock of a scope's deadline: paused in tests, and with no timer or no runtime at all.

use std::time::Duration;

use actor_runtime::{
    ActorHandle, Builder, CallErrorKind, Context, ExitReason, Scope, actor, pair, spawn,
};
use futures::{executor::LocalPool, future, task::LocalSpawnExt};
use tokio::{runtime::Handle, time::Instant};

use crate::{
    scope_deadline::{Rocks, rock},
    support::{Log, until},
};

/// Works until the clock of a test has jumped ahead, as it does when its runtime has nothing to do.
struct Worker {
    test: Handle,
    log: Log,
    is_idle: bool,
}

#[actor(mailbox = 16)]
impl Worker {
    fn new(log: &Log) -> Self {
        Self { test: Handle::current(), log: log.clone(), is_idle: false }
    }

    /// Works until the paused clock of the test has come to `end`.
    pub(crate) fn work(&self, end: Instant) {
        until(|| {
            let _entered = self.test.enter();
            Instant::now() >= end
        });
        self.log.add("worked");
    }

    /// Works without a look at the clock.
    pub(crate) fn work_on(&self) {
        self.log.add("worked on");
    }

    #[on_stop]
    fn stop(&mut self) {
        self.log.add("stopped");
    }

    /// Has another one work.
    pub(crate) async fn delegate(&self, other: WorkerHandle, end: Instant) {
        other.work(end).await.unwrap();
        self.log.add("delegated");
    }

    /// Takes a child.
    pub(crate) fn adopt(&self, child: WorkerHandle, context: &Context<Self>) {
        context.children().add(&child);
    }

    /// Waits for something that does not happen.
    pub(crate) async fn hang(&mut self) {
        self.is_idle = true;
        std::future::pending::<()>().await;
    }
}

/// The first half of the deadline of a scope.
const JUMP: Duration = Duration::from_secs(5);

fn on_thread(builder: Builder, log: &Log) -> WorkerHandle {
    let worker = Worker::new(log);
    builder.spawn_thread(|| worker).unwrap()
}

fn give_work(worker: &WorkerHandle) {
    worker.work(Instant::now() + JUMP).try_cast().unwrap();
    for _ in 0..4 {
        worker.work_on().try_cast().unwrap();
    }
}

const ALL_WORK: [&str; 6] =
    ["worked", "worked on", "worked on", "worked on", "worked on", "stopped"];

#[tokio::test(start_paused = true)]
async fn a_paused_clock_does_not_cut_the_work_of_a_thread() {
    for builder in [Builder::new(), Builder::new().batch(64)] {
        let (scope, log) = (Scope::new(), Log::default());
        let worker = on_thread(builder, &log);
        scope.add(&worker);
        give_work(&worker);
        let ended = scope.shutdown().await;
        assert_eq!(ended[0].reason, Some(ExitReason::Shutdown));
        assert_eq!(log.take(), ALL_WORK);
    }
}

#[tokio::test(start_paused = true)]
async fn a_paused_clock_does_not_cut_the_work_of_a_child_on_a_thread() {
    let (scope, log) = (Scope::new(), Log::default());
    let parent = scope.spawn(Worker::new(&Log::default()));
    let child = on_thread(Builder::new(), &log);
    parent.adopt(child.clone()).await.unwrap();
    give_work(&child);
    let ended = scope.shutdown().await;
    assert_eq!(ended[0].reason, Some(ExitReason::Shutdown));
    assert_eq!(child.exit_reason(), Some(ExitReason::Shutdown));
    assert_eq!(log.take(), ALL_WORK);
}

#[tokio::test(start_paused = true)]
async fn a_paused_clock_does_not_cut_a_handler_that_waits_for_a_thread() {
    let (scope, log) = (Scope::new(), Log::default());
    let task = scope.spawn(Worker::new(&log));
    let thread = on_thread(Builder::new(), &log);
    task.delegate(thread.clone(), Instant::now() + JUMP).try_cast().unwrap();
    let ended = scope.shutdown().await;
    assert_eq!(ended[0].reason, Some(ExitReason::Shutdown));
    assert_eq!(log.take(), ["worked", "delegated", "stopped"]);
}

#[tokio::test(start_paused = true)]
async fn a_paused_clock_does_not_cut_the_work_in_another_runtime() {
    let other = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
    let (scope, log) = (Scope::new(), Log::default());
    let worker = Builder::new().on(other.handle().clone()).spawn(Worker::new(&log));
    scope.add(&worker);
    give_work(&worker);
    until(|| worker.stats().running.is_some());
    let ended = scope.shutdown().await;
    assert_eq!(ended[0].reason, Some(ExitReason::Shutdown));
    assert_eq!(log.take(), ALL_WORK);
    other.shutdown_background();
}

#[tokio::test(start_paused = true)]
async fn a_paused_clock_does_not_cut_the_work_on_a_foreign_executor() {
    let (scope, log) = (Scope::new(), Log::default());
    let (worker, run) = pair(Worker::new(&log));
    let thread = std::thread::spawn(|| futures::executor::block_on(run).reason);
    scope.add(&worker);
    give_work(&worker);
    until(|| worker.stats().running.is_some());
    let ended = scope.shutdown().await;
    assert_eq!(ended[0].reason, Some(ExitReason::Shutdown));
    assert_eq!(log.take(), ALL_WORK);
    assert_eq!(thread.join().unwrap(), ExitReason::Shutdown);
}

#[tokio::test(start_paused = true)]
async fn a_paused_clock_does_not_end_the_timeout_of_a_call_to_a_thread() {
    let log = Log::default();
    let worker = on_thread(Builder::new(), &log);
    let second = Duration::from_secs(1);
    let end = || Instant::now() + second;
    assert_eq!(worker.work(end()).timeout(second).await, Ok(()));
    // Also through a task, and for a call whose answer is awaited later.
    let task = spawn(Worker::new(&log));
    assert_eq!(task.delegate(worker.clone(), end()).timeout(second).await, Ok(()));
    let answer = worker.work(end()).sent().await.unwrap();
    assert_eq!(answer.timeout(second).await, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn a_paused_clock_jumps_while_threads_are_idle() {
    let (scope, log) = (Scope::new(), Log::default());
    let thread = on_thread(Builder::new(), &log);
    thread.work_on().await.unwrap();
    let task = scope.spawn(Worker::new(&log));
    let begun = std::time::Instant::now();
    let late = task.hang().timeout(Duration::from_secs(3600)).await.unwrap_err();
    assert!(matches!(late.into_kind(), CallErrorKind::TimedOut { accepted: true, .. }));
    let ended = scope.shutdown().await;
    assert_eq!(ended[0].reason, Some(ExitReason::Aborted));
    let elapsed = begun.elapsed();
    assert!(elapsed < Duration::from_secs(5), "{elapsed:?}, but no thread has work");
}

#[tokio::test(start_paused = true)]
async fn a_thread_that_hangs_is_aborted_although_the_clock_is_paused() {
    let scope = Scope::with_deadline(Duration::from_millis(20));
    let mut blocked = Rocks::default();
    let rock = rock("rock");
    scope.add(&rock);
    blocked.block(&rock);
    let ended = scope.shutdown().await;
    assert_eq!(ended[0].reason, None);
    drop(blocked);
    assert_eq!(rock.exited().await, ExitReason::Aborted);
}

#[test]
fn children_end_in_order_without_a_timer() {
    for flavor in ["current", "multi"] {
        let mut builder = match flavor {
            "current" => tokio::runtime::Builder::new_current_thread(),
            _ => tokio::runtime::Builder::new_multi_thread(),
        };
        let runtime = builder.build().unwrap();
        let (log, of_thread) = (Log::default(), Log::default());
        runtime.block_on(async {
            let parent = spawn(Worker::new(&log));
            let child = spawn(Worker::new(&log));
            let thread = on_thread(Builder::new(), &of_thread);
            parent.adopt(child.clone()).await.unwrap();
            parent.adopt(thread.clone()).await.unwrap();
            thread.work_on().try_cast().unwrap();
            parent.close();
            assert_eq!(parent.exited().await, ExitReason::Shutdown, "{flavor}");
            assert_eq!(child.exit_reason(), Some(ExitReason::Shutdown));
            assert_eq!(thread.exit_reason(), Some(ExitReason::Shutdown));
        });
        assert_eq!(log.take(), ["stopped"; 2], "{flavor}");
        assert_eq!(of_thread.take(), ["worked on", "stopped"], "{flavor}");
    }
}

#[test]
fn a_scope_has_a_deadline_without_a_timer() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let log = Log::default();
    runtime.block_on(async {
        let scope = Scope::with_deadline(Duration::from_millis(20));
        let other = scope.spawn(Worker::new(&log));
        let hangs = scope.spawn(Worker::new(&log));
        hangs.hang().try_cast().unwrap();
        let ended = scope.shutdown().await;
        assert_eq!(ended[0].reason, Some(ExitReason::Shutdown));
        assert_eq!(ended[1].reason, Some(ExitReason::Aborted));
        drop(other);
    });
    assert_eq!(log.take(), ["stopped"]);
}

/// Logs its end, and needs no runtime.
struct Plain(Log);

#[actor]
impl Plain {
    /// Takes a child.
    pub(crate) fn adopt(&self, child: PlainHandle, context: &Context<Self>) {
        context.children().add(&child);
    }

    /// Hangs.
    pub(crate) async fn hang(&self) {
        std::future::pending::<()>().await;
    }

    #[on_stop]
    async fn stop(&mut self) {
        self.0.add("stopped");
    }
}

#[test]
fn children_end_in_order_on_futures() {
    let log = Log::default();
    let (parent, parent_run) = pair(Plain(log.clone()));
    let (child, child_run) = pair(Plain(log.clone()));
    let (grandchild, grandchild_run) = pair(Plain(log.clone()));
    let caller = async {
        parent.adopt(child.clone()).await.unwrap();
        child.adopt(grandchild.clone()).await.unwrap();
        parent.close();
    };
    let runs = future::join4(caller, parent_run, child_run, grandchild_run);
    let ((), parent, child, grandchild) = futures::executor::block_on(runs);
    for exit in [parent, child, grandchild] {
        assert_eq!(exit.reason, ExitReason::Shutdown);
    }
    assert_eq!(log.take(), ["stopped"; 3]);
}

#[test]
fn children_end_in_order_on_a_local_pool() {
    let mut pool = LocalPool::new();
    let log = Log::default();
    let [parent, child, hangs] = [(); 3].map(|()| {
        let (plain, run) = pair(Plain(log.clone()));
        pool.spawner().spawn_local(async { drop(run.await) }).unwrap();
        plain
    });
    let scope = Scope::with_deadline(Duration::from_millis(20));
    let ended = pool.run_until(async {
        parent.adopt(child.clone()).await.unwrap();
        scope.add(&parent);
        scope.add(&hangs);
        hangs.hang().cast().await.unwrap();
        scope.shutdown().await
    });
    assert_eq!(child.exit_reason(), Some(ExitReason::Shutdown));
    assert_eq!(ended[0].reason, Some(ExitReason::Shutdown));
    assert_eq!(ended[1].reason, Some(ExitReason::Aborted));
    assert_eq!(log.take(), ["stopped"; 2]);
}

#[test]
fn children_end_in_order_on_threads_that_block() {
    let log = Log::default();
    let (parent, parent_run) = pair(Plain(log.clone()));
    let (child, child_run) = pair(Plain(log.clone()));
    // A plain `block_on` that parks its thread, as smol's and pollster's are.
    let threads = [
        std::thread::spawn(|| block(parent_run).reason),
        std::thread::spawn(|| block(child_run).reason),
    ];
    parent.adopt(child.clone()).blocking().unwrap();
    assert_eq!(parent.shutdown().blocking(), ExitReason::Shutdown);
    for thread in threads {
        assert_eq!(thread.join().unwrap(), ExitReason::Shutdown);
    }
    assert_eq!(log.take(), ["stopped"; 2]);
}

/// Blocks this thread on a future, as simply as can be.
fn block<F: Future>(future: F) -> F::Output {
    struct Unpark(std::thread::Thread);
    impl std::task::Wake for Unpark {
        fn wake(self: std::sync::Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = std::sync::Arc::new(Unpark(std::thread::current())).into();
    let mut future = std::pin::pin!(future);
    loop {
        let mut cx = std::task::Context::from_waker(&waker);
        if let std::task::Poll::Ready(output) = future.as_mut().poll(&mut cx) {
            return output;
        }
        std::thread::park();
    }
}
