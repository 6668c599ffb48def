//! Shared by the tests: futures and loops that are polled by hand, a log, a gate, and a scripted
//! actor.
//!
//! Nothing here waits for time to pass. A future that is expected to be ready must have been woken
//! first, and so must a loop: a lost wake-up fails the test instead of hanging it.

mod ledger;
mod probe;

use std::{
    fmt::Debug,
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::Poll,
    time::{Duration, Instant},
};

use actor_runtime::{Actor, Builder, CallError, Exit, by_hand::Drive};
use tokio::sync::Notify;
use tokio_test::task::{self, Spawn};

pub(crate) use self::{
    ledger::{Ledger, LedgerHandle, LedgerMessage, OnRelease, lease_of, leased, ledger},
    probe::{Probe, ProbeHandle, ProbeMessage},
};

/// A timeout that never elapses while time is paused.
pub(crate) const AN_HOUR: Duration = Duration::from_secs(3600);

/// Polls `future` for the first time, and expects it to be pending.
#[track_caller]
pub(crate) fn pending<F: Future>(future: F) -> Spawn<F> {
    let mut task = task::spawn(future);
    assert!(task.poll().is_pending(), "ready at the first poll");
    task
}

/// Polls `task` again, and expects it to be still pending.
#[track_caller]
pub(crate) fn still_pending<F: Future>(task: &mut Spawn<F>) {
    assert!(task.poll().is_pending(), "ready too early");
}

/// Polls `task` after it was woken, and expects it to be ready.
#[track_caller]
pub(crate) fn ready<F: Future>(task: &mut Spawn<F>) -> F::Output {
    assert!(task.is_woken(), "the task was not woken");
    match task.poll() {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("woken, but not ready"),
    }
}

/// Polls `future` once, and expects it to be ready.
#[track_caller]
pub(crate) fn now<F: Future>(future: F) -> F::Output {
    match task::spawn(future).poll() {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("not ready at the first poll"),
    }
}

/// Returns `false` if all calls are queued: see `Builder::inline`. Then no test asserts that a handler ran
/// inline, and everything else is the same.
pub(crate) fn runs_inline() -> bool {
    std::env::var_os("ACTOR_INLINE").is_none_or(|value| value != "false")
}

/// Polls a call that runs inline once, and expects it to be ready. If all calls are queued, awaits it.
#[track_caller]
pub(crate) fn inlined<F: Future>(call: F) -> impl Future<Output = F::Output> {
    let at = std::panic::Location::caller();
    async move {
        if !runs_inline() {
            return call.await;
        }
        match task::spawn(call).poll() {
            Poll::Ready(output) => output,
            Poll::Pending => panic!("queued, although the actor is idle: {at}"),
        }
    }
}

/// The outcome of a call as text: its reply, or its error.
pub(crate) fn said<T: Debug>(outcome: Result<T, CallError>) -> String {
    match outcome {
        Ok(answer) => format!("answered {answer:?}"),
        Err(error) => error.to_string(),
    }
}

/// Polls `task` after it was woken, and returns its outcome as text.
#[track_caller]
pub(crate) fn outcome<T: Debug>(
    task: &mut Spawn<impl Future<Output = Result<T, CallError>>>,
) -> String {
    said(ready(task))
}

/// Spins until `condition` holds, for tests with a thread that cannot be polled by hand.
#[track_caller]
pub(crate) fn until(mut condition: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !condition() {
        assert!(begun.elapsed() < Duration::from_secs(60), "waited in vain");
        std::thread::yield_now();
    }
}

type Boxed<T> = Pin<Box<dyn Future<Output = T>>>;

/// The loop of an actor, polled by hand.
pub(crate) struct Rig<A: Actor> {
    run: Option<Spawn<Boxed<Exit<A>>>>,
    was_polled: bool,
    exit: Option<Exit<A>>,
}

/// An actor whose loop is polled by hand.
pub(crate) fn rig<A: Drive>(actor: A) -> (A::Handle, Rig<A>) {
    rig_with(Builder::new(), actor)
}

/// Like [`rig`], with options.
pub(crate) fn rig_with<A: Drive>(builder: Builder, actor: A) -> (A::Handle, Rig<A>) {
    let (handle, run) = builder.pair(actor);
    (handle, Rig::of(run))
}

impl<A: Actor> Rig<A> {
    /// A loop that is polled by hand.
    pub(crate) fn of(run: impl Future<Output = Exit<A>> + 'static) -> Self {
        let run: Boxed<Exit<A>> = Box::pin(run);
        Self { run: Some(task::spawn(run)), was_polled: false, exit: None }
    }

    /// Polls the loop as long as it is woken.
    pub(crate) fn turn(&mut self) {
        self.turn_with(&mut || {});
    }

    /// Like [`turn`](Self::turn), and runs `others` after each poll.
    pub(crate) fn turn_with(&mut self, others: &mut dyn FnMut()) {
        while let Some(run) = &mut self.run {
            if self.was_polled && !run.is_woken() {
                return;
            }
            self.was_polled = true;
            if let Poll::Ready(exit) = run.poll() {
                self.exit = Some(exit);
                self.run = None;
            }
            others();
        }
    }

    /// Runs the actor to its end.
    #[track_caller]
    pub(crate) fn exit(&mut self) -> Exit<A> {
        self.turn();
        self.exit.take().expect("the actor runs on")
    }

    /// Why the actor ended, as text.
    #[track_caller]
    pub(crate) fn reason(&mut self) -> String {
        self.exit().reason.to_string()
    }

    /// Drops the loop, as a runtime that shuts down does.
    pub(crate) fn drop_loop(&mut self) {
        self.run = None;
    }

    /// Whether the loop is still running.
    pub(crate) fn runs(&self) -> bool {
        self.run.is_some()
    }
}

/// What happened, in order.
#[derive(Clone, Default, Debug)]
pub(crate) struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    pub(crate) fn add(&self, line: impl Into<String>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(line.into());
    }

    /// The lines since the last call.
    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// How many lines there are.
    pub(crate) fn len(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Returns a value that logs `line` when it is dropped.
    pub(crate) fn on_drop(&self, line: &'static str) -> LogsDrop {
        LogsDrop(self.clone(), line)
    }
}

/// See [`Log::on_drop`].
pub(crate) struct LogsDrop(Log, &'static str);

impl Drop for LogsDrop {
    fn drop(&mut self) {
        self.0.add(self.1);
    }
}

/// Holds a handler back until it is opened, once per opening.
#[derive(Clone, Default, Debug)]
pub(crate) struct Gate(Arc<Notify>);

impl Gate {
    pub(crate) fn open(&self) {
        self.0.notify_one();
    }

    pub(crate) async fn passed(&self) {
        self.0.notified().await;
    }
}
