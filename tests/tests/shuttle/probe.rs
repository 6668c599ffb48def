//! The actor of the models: it notes what it does.

use std::{
    future::{Future, poll_fn},
    panic,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
};

use actor_runtime::{
    ActorHandle, Builder, Capacity, Exit, ExitReason, OnPanic, Replies, Reply, Watch, actor,
};
use shuttle::future::{JoinHandle, yield_now};

/// The id that the probe notes when a lease has ended.
pub const RELEASED: u32 = u32::MAX;

/// What happened to the probe, for the model to inspect. Not part of what is explored: no thread
/// ever waits for these locks, and shuttle does not know of them.
#[derive(Clone, Default)]
pub struct Notes(Arc<Inner>);

#[derive(Default)]
struct Inner {
    begun: Mutex<Vec<u32>>,
    done: Mutex<Vec<u32>>,
    idle_times: AtomicUsize,
    stopped_after: AtomicUsize,
    is_dropped: AtomicBool,
}

impl Notes {
    fn begin(&self, id: u32) {
        self.0.begun.lock().unwrap().push(id);
    }

    fn end(&self, id: u32) {
        self.0.done.lock().unwrap().push(id);
    }

    /// The messages whose handlers started, in order.
    pub fn begun(&self) -> Vec<u32> {
        self.0.begun.lock().unwrap().clone()
    }

    /// The messages whose handlers completed, in order.
    pub fn done(&self) -> Vec<u32> {
        self.0.done.lock().unwrap().clone()
    }

    /// Whether the handler of `id` started. Asserts that it started at most once.
    pub fn has_begun(&self, id: u32) -> bool {
        let times = self.begun().into_iter().filter(|&begun| begun == id).count();
        assert!(times <= 1, "the handler of {id} ran {times} times");
        times == 1
    }

    /// Asserts that those of these messages that were handled were handled in this order.
    pub fn assert_order(&self, ids: &[u32]) {
        let begun = self.begun();
        let handled: Vec<_> = begun.into_iter().filter(|id| ids.contains(id)).collect();
        let expected: Vec<_> = ids.iter().copied().filter(|id| handled.contains(id)).collect();
        assert_eq!(handled, expected, "handled out of order");
    }

    /// How often `on_idle` ran.
    pub fn idle_times(&self) -> usize {
        self.0.idle_times.load(Ordering::SeqCst)
    }

    /// How many handlers had completed when `on_stop` ran.
    pub fn stopped_after(&self) -> usize {
        self.0.stopped_after.load(Ordering::SeqCst)
    }

    /// Whether the state of the probe was dropped.
    pub fn is_dropped(&self) -> bool {
        self.0.is_dropped.load(Ordering::SeqCst)
    }
}

/// A value that must be neither lost nor duplicated.
#[derive(Default)]
pub struct Token(Arc<AtomicBool>);

impl Token {
    /// A token, and whether it was dropped.
    pub fn new() -> (Self, Arc<AtomicBool>) {
        let token = Self::default();
        let dropped = token.0.clone();
        (token, dropped)
    }
}

impl Drop for Token {
    fn drop(&mut self) {
        assert!(!self.0.swap(true, Ordering::SeqCst), "dropped twice");
    }
}

/// Has a handler of every kind.
pub struct Probe {
    notes: Notes,
    kept: Vec<Reply<Token>>,
    has_slow_hooks: bool,
}

impl Drop for Probe {
    fn drop(&mut self) {
        self.notes.0.is_dropped.store(true, Ordering::SeqCst);
    }
}

#[actor]
impl Probe {
    #[on_idle]
    async fn idle(&mut self) {
        // Now and then, so that the hook sometimes waits and sometimes does not.
        if self.has_slow_hooks && self.notes.begun().len() % 2 == 1 {
            yield_now().await;
        }
        self.notes.0.idle_times.fetch_add(1, Ordering::SeqCst);
    }

    #[on_stop]
    async fn stop_working(&mut self) {
        if self.has_slow_hooks {
            yield_now().await;
        }
        self.notes.0.stopped_after.store(self.notes.done().len(), Ordering::SeqCst);
    }

    #[on_release]
    async fn note_release(&mut self) {
        self.notes.begin(RELEASED);
        yield_now().await;
    }

    /// Notes `id` and returns it.
    pub fn note(&mut self, id: u32) -> u32 {
        self.notes.begin(id);
        self.notes.end(id);
        id
    }

    /// Like `note`, but yields in between.
    pub async fn slow(&mut self, id: u32) -> u32 {
        self.notes.begin(id);
        yield_now().await;
        self.notes.end(id);
        id
    }

    /// Like `note`, with a token to carry.
    pub fn carry(&mut self, id: u32, token: Token) -> u32 {
        drop(token);
        self.note(id)
    }

    /// Never replies.
    pub async fn stuck(&mut self, id: u32) -> u32 {
        self.notes.begin(id);
        std::future::pending().await
    }

    /// Panics after it has yielded.
    pub async fn panic(&mut self, id: u32) -> u32 {
        self.notes.begin(id);
        yield_now().await;
        // Like `panic!`, but without the hook that would print a failing schedule.
        panic::resume_unwind(Box::new("as it was told"))
    }

    /// Keeps the reply.
    pub fn later(&mut self, reply: Reply<Token>) {
        self.kept.push(reply);
    }

    /// Sends `token` to the last kept reply; returns whether a caller was there to take it.
    pub fn answer_later(&mut self, token: Token) -> Option<bool> {
        let reply = self.kept.pop()?;
        Some(reply.send_or_return(token).is_ok())
    }

    /// Returns a watch of the last kept reply.
    pub fn watch_later(&mut self) -> Option<Watch> {
        self.kept.last().map(Reply::watch)
    }

    /// Drops the kept replies.
    pub fn forget_later(&mut self) {
        self.kept.clear();
    }

    /// Counts up to `count`; notes whether the reader stayed to the end.
    pub async fn count(&mut self, count: u32, mut replies: Replies<u32>) {
        self.notes.begin(count);
        for value in 0..count {
            if replies.send(value).await.is_err() {
                return;
            }
        }
        self.notes.end(count);
    }

    /// Replies, and notes `id` if the reply was read.
    pub async fn acknowledged(&mut self, id: u32, reply: Reply<Token>) {
        self.notes.begin(id);
        if reply.send_acknowledged(Token::default()).await.is_ok() {
            self.notes.end(id);
        }
    }

    /// Ends the probe.
    pub fn finish(self) -> u32 {
        7
    }
}

/// A probe that runs as a task of the model.
pub struct Running {
    pub probe: ProbeHandle,
    pub notes: Notes,
    pub task: JoinHandle<ExitReason>,
}

impl Running {
    /// Drops the handle, and waits until the probe is gone.
    pub async fn ended(self) -> (ExitReason, Notes) {
        drop(self.probe);
        let reason = self.task.await.expect("the task is not aborted");
        (reason, self.notes)
    }
}

/// How to start a probe.
pub struct Plan {
    capacity: Capacity,
    on_panic: OnPanic,
    has_slow_hooks: bool,
}

impl Plan {
    /// With a mailbox for so many messages.
    pub fn new(capacity: usize) -> Self {
        let capacity = Capacity::bounded(capacity);
        Self { capacity, on_panic: OnPanic::End, has_slow_hooks: false }
    }

    /// Whether the actor ends or continues when a handler panics.
    pub fn on_panic(self, on_panic: OnPanic) -> Self {
        Self { on_panic, ..self }
    }

    /// `on_stop` yields, and `on_idle` now and then.
    pub fn slow_hooks(self) -> Self {
        Self { has_slow_hooks: true, ..self }
    }

    /// The probe, not yet polled.
    pub fn pair(self) -> (ProbeHandle, Notes, impl Future<Output = Exit<Probe>> + Send) {
        let Self { capacity, on_panic, has_slow_hooks } = self;
        let notes = Notes::default();
        let probe = Probe { notes: notes.clone(), kept: Vec::new(), has_slow_hooks };
        let (handle, run) = Builder::new().mailbox(capacity).on_panic(on_panic).pair(probe);
        (handle, notes, run)
    }

    /// The probe, as a task of the model.
    pub fn start(self) -> Running {
        let (probe, notes, run) = self.pair();
        let watched = probe.exited();
        let notes_at_end = notes.clone();
        let task = shuttle::future::spawn(async move {
            let exit = run.await;
            let begun = notes_at_end.begun();
            let reason = exit.reason.clone();
            // Its exit was reported before the loop was ready, and for the same reason.
            assert_eq!(watched.await, reason);
            drop(exit);
            assert_eq!(notes_at_end.begun(), begun, "something ran on after the end");
            reason
        });
        Running { probe, notes, task }
    }
}

/// Starts a probe with a mailbox for so many messages.
pub fn start(capacity: usize) -> Running {
    Plan::new(capacity).start()
}

/// Polls `future` only when it was woken. A task of a model is polled twice after it was woken
/// while asleep, which would hide a lost wake-up.
pub fn only_if_woken<F: Future>(future: F) -> impl Future<Output = F::Output> {
    let alarm = Arc::new(Alarm::default());
    alarm.rings.store(true, Ordering::SeqCst);
    let mut future = Box::pin(future);
    poll_fn(move |cx| {
        *alarm.task.lock().unwrap() = Some(cx.waker().clone());
        if !alarm.rings.swap(false, Ordering::SeqCst) {
            return Poll::Pending;
        }
        future.as_mut().poll(&mut Context::from_waker(&Waker::from(alarm.clone())))
    })
}

/// Whether a future was woken, and the task that polls it.
#[derive(Default)]
struct Alarm {
    rings: AtomicBool,
    task: Mutex<Option<Waker>>,
}

impl Wake for Alarm {
    fn wake(self: Arc<Self>) {
        self.rings.store(true, Ordering::SeqCst);
        let task = self.task.lock().unwrap().clone();
        task.into_iter().for_each(Waker::wake);
    }
}
