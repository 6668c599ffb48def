//! Batches: when the callers of an actor on its own thread are woken, and what its handlers can
//! ask.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    task::{Context, Wake, Waker},
    time::{Duration, Instant},
};

use actor_runtime::{ActorHandle, Answer, Builder, OnPanic, actor, batch, pair, spawn_thread};
use futures::{
    executor::block_on,
    future::{FutureExt, join},
};

use crate::support::{Gate, Log, until};

type Job = Box<dyn FnOnce() + Send>;

/// Runs the jobs it is given, and logs what it sees.
#[derive(Default)]
struct Worker {
    log: Log,
    at_end: Option<Job>,
}

impl Drop for Worker {
    fn drop(&mut self) {
        if let Some(job) = self.at_end.take() {
            job();
        }
    }
}

#[actor(mailbox = 256)]
impl Worker {
    /// Runs the job.
    pub(crate) fn work(&mut self, job: Job) {
        job();
    }

    /// Logs how many messages of the batch are left.
    pub(crate) fn note(&mut self, name: &'static str) {
        self.log.add(format!("{name}, {} left", batch::left()));
    }

    /// Waits.
    pub(crate) async fn wait(&mut self, gate: Gate) {
        gate.passed().await;
    }

    /// Runs the job as the last handler.
    pub(crate) fn finish(self, job: Job) {
        job();
    }

    /// Runs the job at the end: in `#[on_stop]`, or else when the state is dropped.
    pub(crate) fn at_end(&mut self, job: Job) {
        self.at_end = Some(job);
    }

    #[on_idle]
    fn idle(&mut self) {
        self.log.add("idle");
    }

    #[on_stop]
    fn stop(&mut self) {
        if let Some(job) = self.at_end.take() {
            job();
        }
    }
}

/// A caller that waits for its reply: tells whether it was woken, and whether the reply is there.
#[derive(Clone)]
struct Caller(Arc<Waiting>);

struct Waiting {
    answer: Mutex<Option<Answer<()>>>,
    is_woken: AtomicBool,
}

impl Wake for Waiting {
    fn wake(self: Arc<Self>) {
        self.is_woken.store(true, Ordering::SeqCst);
    }
}

impl Caller {
    fn of(mut answer: Answer<()>) -> Self {
        let caller =
            Self(Arc::new(Waiting { answer: Mutex::default(), is_woken: AtomicBool::default() }));
        let waker = Waker::from(caller.0.clone());
        assert!(answer.poll_unpin(&mut Context::from_waker(&waker)).is_pending());
        *caller.0.answer.lock().unwrap() = Some(answer);
        caller
    }

    fn is_woken(&self) -> bool {
        self.0.is_woken.load(Ordering::SeqCst)
    }

    fn has_answer(&self) -> bool {
        self.0.answer.lock().unwrap().as_mut().is_some_and(|answer| answer.try_take().is_some())
    }
}

/// A worker that takes batches of at most `limit` messages.
fn worker(limit: usize) -> (WorkerHandle, Log) {
    let log = Log::default();
    let worker = Worker { log: log.clone(), at_end: None };
    let builder = Builder::new().batch(limit).on_panic(OnPanic::End);
    (builder.spawn_thread(move || worker).unwrap(), log)
}

/// Sends a job, and waits for its reply as a task does.
fn caller(worker: &WorkerHandle, job: impl FnOnce() + Send + 'static) -> Caller {
    Caller::of(worker.work(Box::new(job)).try_call().unwrap())
}

/// Keeps the worker busy, so that messages gather in its mailbox, until the sender is dropped.
fn busy(worker: &WorkerHandle) -> mpsc::Sender<()> {
    let (begun, has_begun) = mpsc::channel();
    let (sender, receiver) = mpsc::channel::<()>();
    let job = Box::new(move || {
        begun.send(()).unwrap();
        let _ = receiver.recv();
    });
    worker.work(job).try_cast().unwrap();
    has_begun.recv().unwrap();
    sender
}

/// What `f` returns as the second message of a batch, after a message that was answered.
fn seen_by_the_second<T: Send + 'static>(f: impl FnOnce(&Caller) -> T + Send + 'static) -> T {
    let (worker, _) = worker(8);
    let (sender, seen) = mpsc::channel();
    let busy = busy(&worker);
    let first = caller(&worker, || {});
    let second = Box::new(move || sender.send(f(&first)).unwrap());
    worker.work(second).try_cast().unwrap();
    drop(busy);
    seen.recv_timeout(Duration::from_secs(60)).unwrap()
}

#[test]
fn callers_are_woken_at_the_end_of_their_batch() {
    let (worker, _) = worker(8);
    let busy = busy(&worker);
    let first = caller(&worker, || {});
    let second = caller(&worker, || {});
    drop(busy);
    until(|| second.is_woken());
    assert!(first.is_woken(), "they are woken in order");
    assert!(!seen_by_the_second(Caller::is_woken));
}

#[test]
fn a_reply_is_available_before_its_caller_is_woken() {
    assert!(seen_by_the_second(|first| !first.is_woken() && first.has_answer()));
}

#[test]
fn without_batches_callers_are_woken_at_once() {
    for limit in [0, 1] {
        let (worker, _) = worker(limit);
        let busy = busy(&worker);
        let first = caller(&worker, || {});
        let second = worker.work(Box::new(move || assert!(first.is_woken()))).try_call().unwrap();
        drop(busy);
        assert_eq!(second.blocking(), Ok(()));
    }
}

#[test]
fn a_handler_can_wake_callers_early() {
    assert!(seen_by_the_second(|first| {
        batch::wake_callers();
        first.is_woken()
    }));
}

#[test]
fn callers_are_woken_between_handlers_after_half_a_millisecond() {
    let (worker, _) = worker(8);
    let busy = busy(&worker);
    let first = caller(&worker, || {});
    let long = Duration::from_millis(1);
    let takes_long = move || {
        let begun = Instant::now();
        while begun.elapsed() < long {}
    };
    worker.work(Box::new(takes_long)).try_cast().unwrap();
    let (sender, seen) = mpsc::channel();
    let third = Box::new(move || sender.send(first.is_woken()).unwrap());
    worker.work(third).try_cast().unwrap();
    drop(busy);
    assert!(seen.recv().unwrap());
}

#[test]
fn callers_are_woken_before_a_handler_waits() {
    let (worker, _) = worker(8);
    let busy = busy(&worker);
    let first = caller(&worker, || {});
    let gate = Gate::default();
    worker.wait(gate.clone()).try_cast().unwrap();
    drop(busy);
    until(|| first.is_woken());
    gate.open();
}

#[test]
fn callers_are_woken_before_a_handler_blocks_on_another_actor() {
    let (worker, _) = worker(8);
    blocks_on_another(&worker);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn callers_are_woken_before_a_handler_blocks_on_another_actor_with_a_runtime() {
    let (worker, _) = worker(8);
    tokio::task::spawn_blocking(move || blocks_on_another(&worker)).await.unwrap();
}

fn blocks_on_another(worker: &WorkerHandle) {
    let busy_here = busy(worker);
    let first = caller(worker, || {});
    let other = spawn_thread(Worker::default).unwrap();
    let busy_there = busy(&other);
    worker.work(Box::new(move || other.note("asked").blocking().unwrap())).try_cast().unwrap();
    drop(busy_here);
    until(|| first.is_woken());
    drop(busy_there);
}

#[test]
fn callers_are_woken_before_on_stop_and_before_the_state_is_dropped() {
    type End = fn(&WorkerHandle);
    let ends: [End; 4] = [
        |worker| drop(worker.shutdown().now_or_never()),
        |worker| {
            let of_job = worker.clone();
            worker.work(Box::new(move || of_job.abort())).try_cast().unwrap();
        },
        |worker| worker.work(Box::new(|| panic!("on purpose"))).try_cast().unwrap(),
        |worker| worker.finish(Box::new(|| {})).try_cast().unwrap(),
    ];
    for end in ends {
        let (worker, _) = worker(8);
        let busy = busy(&worker);
        let (sender, seen) = mpsc::channel();
        let first = Caller::of(worker.note("first").try_call().unwrap());
        let at_end = Box::new(move || sender.send(first.is_woken()).unwrap());
        worker.at_end(at_end).try_cast().unwrap();
        end(&worker);
        drop(busy);
        assert_eq!(seen.recv(), Ok(true));
        let _ = worker.exited().blocking();
    }
}

#[test]
fn callers_are_woken_before_a_final_handler_runs() {
    let (worker, _) = worker(8);
    let busy = busy(&worker);
    let first = caller(&worker, || {});
    let (sender, seen) = mpsc::channel();
    let job = Box::new(move || sender.send(first.is_woken()).unwrap());
    worker.finish(job).try_cast().unwrap();
    drop(busy);
    assert_eq!(seen.recv(), Ok(true));
}

#[test]
fn callers_of_another_actor_on_the_same_thread_are_woken_at_once() {
    let answer = seen_by_the_second(|_| {
        let (other, run) = pair(Worker::default());
        // This executor parks the thread by its own means, and polls the caller first.
        let ask = async move { other.note("asked").await };
        block_on(join(ask, run)).0
    });
    assert_eq!(answer, Ok(()));
}

#[test]
fn a_batch_holds_the_messages_queued_when_it_began() {
    let (worker, log) = worker(8);
    let of_job = worker.clone();
    let busy = busy(&worker);
    let more = Box::new(move || of_job.note("later").try_cast().unwrap());
    worker.work(more).try_cast().unwrap();
    worker.note("second").try_cast().unwrap();
    worker.note("third").try_cast().unwrap();
    drop(busy);
    until(|| log.len() == 6);
    let lines = ["idle", "second, 1 left", "third, 0 left", "idle", "later, 0 left", "idle"];
    assert_eq!(log.take(), lines);
}

#[test]
fn a_batch_has_a_limit() {
    let (worker, log) = worker(2);
    let busy = busy(&worker);
    for name in ["first", "second", "third"] {
        worker.note(name).try_cast().unwrap();
    }
    drop(busy);
    until(|| log.len() == 6);
    let lines = ["idle", "first, 1 left", "second, 0 left", "idle", "third, 0 left", "idle"];
    assert_eq!(log.take(), lines);
}

#[test]
fn the_messages_of_a_lease_are_batches_of_their_own() {
    let (worker, log) = worker(8);
    let busy = busy(&worker);
    worker.note("first").try_cast().unwrap();
    let lease = worker.lease();
    let mut lease = Box::pin(lease.into_future());
    assert!(lease.as_mut().now_or_never().is_none());
    worker.note("last").try_cast().unwrap();
    drop(busy);
    let lease = block_on(lease).unwrap();
    lease.note("leased").blocking().unwrap();
    lease.release().blocking().unwrap();
    until(|| log.len() == 7);
    let lines = log.take();
    assert_eq!(lines[1], "first, 2 left");
    assert_eq!(lines[3], "leased, 0 left");
    assert_eq!(lines[5], "last, 0 left");
}

#[test]
fn only_actors_on_their_own_thread_take_batches() {
    let log = Log::default();
    let (worker, run) = Builder::new().batch(8).pair(Worker { log: log.clone(), at_end: None });
    worker.note("first").try_cast().unwrap();
    let first = caller(&worker, || {});
    let (sender, seen) = mpsc::channel();
    let second = Box::new(move || sender.send(first.is_woken()).unwrap());
    worker.work(second).try_cast().unwrap();
    worker.note("last").try_cast().unwrap();
    drop(worker);
    block_on(run);
    assert_eq!(seen.recv(), Ok(true));
    assert_eq!(log.take(), ["first, 0 left", "last, 0 left", "idle"]);
    assert_eq!(batch::left(), 0);
    batch::wake_callers();
}
