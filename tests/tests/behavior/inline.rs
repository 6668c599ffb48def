//! A `fn` handler of an idle actor runs inline, in the task of its caller; and nothing else changes.
//!
//! With every call queued, these tests promise the same, except where a handler runs.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, ThreadId},
};

use actor_runtime::{
    ActorHandle, Builder, CallError, CallErrorKind, Context, ExitReason, OnPanic, Reply, Scope,
    WeakHandle, actor, pair, spawn, start,
};
use tokio::task::yield_now;

use crate::support::{
    AN_HOUR, Log, LogsDrop, inlined, now, outcome, pending, ready, runs_inline, said,
};

/// Where a handler runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    task: Option<tokio::task::Id>,
    thread: ThreadId,
}

impl Place {
    fn here() -> Self {
        Self { task: tokio::task::try_id(), thread: thread::current().id() }
    }
}

struct Desk {
    log: Log,
    kept: Vec<Reply<u32>>,
    own: Option<DeskHandle>,
    _state: LogsDrop,
}

#[actor]
impl Desk {
    fn new(log: &Log) -> Self {
        let _state = log.on_drop("state dropped");
        Self { log: log.clone(), kept: Vec::new(), own: None, _state }
    }

    pub(crate) fn place(&self) -> Place {
        Place::here()
    }

    pub(crate) async fn place_of_async(&self) -> Place {
        Place::here()
    }

    #[handler(queued)]
    pub(crate) fn place_of_queued(&self) -> Place {
        Place::here()
    }

    pub(crate) fn place_of_deferred(&self, reply: Reply<Place>) {
        reply.send(Place::here());
    }

    pub(crate) fn note(&mut self, number: u32) -> u32 {
        self.log.add(format!("note {number}"));
        number
    }

    pub(crate) fn fail(&mut self, text: &str) {
        panic!("{text}");
    }

    pub(crate) fn keep(&mut self, reply: Reply<u32>) {
        self.kept.push(reply);
    }

    pub(crate) fn stop(&self, context: &Context<Self>) {
        context.stop();
    }

    pub(crate) fn own(&mut self, own: DeskHandle) {
        self.own = Some(own);
    }

    pub(crate) fn disown(&mut self) {
        self.own = None;
    }

    /// Calls its own actor, and polls the call once.
    pub(crate) fn call_oneself(&self, context: &Context<Self>) -> String {
        let own = context.handle().upgrade().unwrap();
        said(now(own.note(1)))
    }

    /// Asks the other desk, which asks this one.
    pub(crate) fn ask_around(&self, other: DeskHandle, context: &Context<Self>) -> Place {
        let own = context.handle().upgrade().unwrap();
        // The other cannot be waited for.
        if runs_inline() { now(other.ask_back(own)).unwrap() } else { Place::here() }
    }

    /// Calls the desk that asks.
    pub(crate) fn ask_back(&self, caller: DeskHandle) -> Place {
        let told = said(now(caller.place()));
        assert!(told.contains("its actor waits for `Desk::ask_back`"), "{told}");
        Place::here()
    }

    pub(crate) fn finish(self) -> Place {
        Place::here()
    }
}

/// A desk whose loop waits for messages.
async fn idle_desk(log: &Log) -> DeskHandle {
    let desk = spawn(Desk::new(log));
    idle(&desk).await;
    desk
}

async fn idle(desk: &DeskHandle) {
    // With one thread, the actor waits again before its caller continues.
    desk.place_of_async().await.unwrap();
}

/// Checks that a handler ran in the task of its caller.
#[track_caller]
fn assert_here(place: Result<Place, CallError>) {
    assert!(place.is_ok(), "{place:?}");
    if runs_inline() {
        assert_eq!(place, Ok(Place::here()));
    }
}

#[tokio::test]
async fn a_fn_of_an_idle_actor_runs_in_its_callers_task_within_one_poll() {
    let desk = idle_desk(&Log::default()).await;
    tokio::spawn(async move {
        assert_here(inlined(desk.place()).await);
        assert_here(inlined(desk.place().timeout(AN_HOUR)).await);
        assert_here(desk.place().await);
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn an_actor_without_inline_calls_stays_in_its_loop_until_a_fn_is_called() {
    let desk = idle_desk(&Log::default()).await;
    for _ in 0..40 {
        desk.place_of_async().await.unwrap();
    }
    if runs_inline() {
        let mut queued = pending(desk.place());
        until_woken(&mut queued).await;
        assert_ne!(ready(&mut queued), Ok(Place::here()));
        yield_now().await;
    }
    assert_here(inlined(desk.place()).await);
    // A few calls in between change nothing.
    for _ in 0..10 {
        desk.place_of_async().await.unwrap();
        assert_here(inlined(desk.place()).await);
    }
}

#[tokio::test]
async fn inline_calls_keep_the_order_of_accepted_messages() {
    let log = Log::default();
    let desk = idle_desk(&log).await;
    desk.note(1).try_cast().unwrap();
    let mut second = pending(desk.note(2));
    desk.note(3).cast().await.unwrap();
    let mut fourth = pending(desk.note(4));
    until_woken(&mut fourth).await;
    assert_eq!(outcome(&mut second), "answered 2");
    assert_eq!(inlined(desk.note(5)).await, Ok(5));
    assert_eq!(log.take(), ["note 1", "note 2", "note 3", "note 4", "note 5"]);
}

async fn until_woken<F: Future>(task: &mut tokio_test::task::Spawn<F>) {
    while !task.is_woken() {
        yield_now().await;
    }
}

/// Has a hook that runs whenever the mailbox has run empty.
struct Flushing(Log);

#[actor]
impl Flushing {
    #[on_idle]
    fn flush(&self) {
        self.0.add("flushed");
    }

    pub(crate) fn place(&self) -> Place {
        self.0.add("asked");
        Place::here()
    }
}

/// Never runs handlers inline.
struct Reserved;

#[actor(inline = false)]
impl Reserved {
    pub(crate) fn place(&self) -> Place {
        Place::here()
    }
}

#[tokio::test]
async fn other_handlers_run_in_the_loop() {
    let log = Log::default();
    let desk = idle_desk(&log).await;
    let own = desk.place_of_async().await.unwrap();
    assert_eq!(desk.place_of_queued().await, Ok(own));
    assert_eq!(desk.place_of_deferred().await, Ok(own));
    assert_eq!(desk.place().sent().await.unwrap().await, Ok(own));
    assert_eq!(desk.place().try_call().unwrap().await, Ok(own));
    assert_here(desk.place().await);
    assert_eq!(desk.finish().await, Ok(own));

    let reserved = spawn(Reserved);
    let own = reserved.place().await.unwrap();
    assert_eq!(reserved.place().await, Ok(own));
    assert_ne!(own, Place::here());

    let flushing = spawn(Flushing(log.clone()));
    log.take();
    let own = flushing.place().await.unwrap();
    assert_eq!(flushing.place().await, Ok(own));
    assert_ne!(own, Place::here());
    assert_eq!(log.take(), ["asked", "flushed", "asked", "flushed"]);

    let (desk, run) = pair(Desk::new(&log));
    let task = tokio::spawn(run);
    let own = desk.place_of_async().await.unwrap();
    assert_eq!(desk.place().await, Ok(own));
    assert_eq!(own.task, Some(task.id()));
}

#[tokio::test]
async fn every_call_of_an_actor_or_of_a_program_can_be_queued() {
    let log = Log::default();
    let scope = Scope::new();
    let desks = [
        (true, spawn(Desk::new(&log))),
        (true, start(Desk::new(&log)).await.unwrap()),
        (true, Builder::new().inline(true).spawn(Desk::new(&log))),
        (true, scope.spawn(Desk::new(&log))),
        (true, scope.start(Desk::new(&log)).await.unwrap()),
        (false, Builder::new().inline(false).spawn(Desk::new(&log))),
        (false, Builder::new().inline(false).start(Desk::new(&log)).await.unwrap()),
    ];
    for (at, (is_inline, desk)) in desks.into_iter().enumerate() {
        let own = desk.place_of_async().await;
        let is_queued = desk.place().await == own;
        assert_eq!(is_queued, !(is_inline && runs_inline()), "desk {at}");
    }
}

#[tokio::test]
async fn no_handler_runs_inline_before_the_start() {
    let log = Log::default();
    let desk = spawn(Desk::new(&log));
    let mut early = pending(desk.note(1));
    until_woken(&mut early).await;
    assert_eq!(outcome(&mut early), "answered 1");
}

#[tokio::test]
async fn a_task_that_only_makes_inline_calls_yields() {
    let desk = idle_desk(&Log::default()).await;
    let has_run = Arc::new(AtomicBool::new(false));
    let other = has_run.clone();
    tokio::spawn(async move { other.store(true, Ordering::Relaxed) });
    let mut calls = 0;
    while !has_run.load(Ordering::Relaxed) {
        calls += 1;
        assert!(calls < 1000, "it never yielded");
        desk.place().await.unwrap();
    }
    assert!(calls > 1 || !runs_inline(), "each call lets others run");
}

#[tokio::test]
async fn an_inline_panic_ends_the_actor_and_not_its_caller() {
    let log = Log::default();
    let desk = idle_desk(&log).await;
    let kept = tokio::spawn(desk.keep().sent().await.unwrap());
    idle(&desk).await;
    assert_eq!(said(inlined(desk.fail("broken")).await), "`Desk::fail` panicked: broken");
    assert!(desk.is_closed());
    assert!(matches!(now(desk.note(1)).map_err(CallError::into_kind), Err(CallErrorKind::Closed)));
    let ExitReason::Panicked { method, message } = desk.exited().await else {
        panic!("it ended for another reason");
    };
    assert_eq!((method.name(), &*message), ("fail", "broken"));
    assert_eq!(log.take(), ["state dropped"]);
    assert_eq!(said(kept.await.unwrap()), "the actor stopped before it answered `Desk::keep`");
    let counts = desk.stats().counts;
    assert_eq!(counts.panicked, 1);
}

#[tokio::test]
async fn with_on_panic_continue_the_actor_carries_on() {
    let log = Log::default();
    let desk = Builder::new().on_panic(OnPanic::Continue).spawn(Desk::new(&log));
    idle(&desk).await;
    assert_eq!(said(inlined(desk.fail("once")).await), "`Desk::fail` panicked: once");
    assert_eq!(inlined(desk.note(1)).await, Ok(1));
    assert!(desk.place_of_async().await.is_ok());
    assert_eq!(log.take(), ["note 1"]);
    assert_eq!(desk.shutdown().await, ExitReason::Shutdown);
}

#[tokio::test]
async fn an_inline_handler_may_end_its_actor() {
    let log = Log::default();
    let desk = idle_desk(&log).await;
    inlined(desk.stop()).await.unwrap();
    assert!(desk.is_closed());
    assert_eq!(desk.exited().await, ExitReason::Shutdown);

    let desk = idle_desk(&log).await;
    inlined(desk.own(desk.clone())).await.unwrap();
    let weak: WeakHandle<DeskHandle> = desk.downgrade();
    let exited = desk.exited();
    inlined(desk.disown()).await.unwrap();
    inlined(desk.own(desk.clone())).await.unwrap();
    let mut last = desk.disown().sent().await.unwrap();
    drop(desk);
    assert!(weak.upgrade().is_some());
    assert_eq!((&mut last).await, Ok(()));
    assert_eq!(exited.await, ExitReason::HandlesDropped);
}

#[tokio::test]
async fn an_inline_handler_cannot_call_its_own_actor() {
    let desk = idle_desk(&Log::default()).await;
    let here = said(inlined(desk.call_oneself()).await);
    let queued = said(desk.call_oneself().sent().await.unwrap().await);
    assert_eq!(here, queued);
    assert!(here.contains("would wait for itself"), "{here}");
}

#[tokio::test]
async fn inline_handlers_of_two_actors_nest_and_never_overlap() {
    let (first, second) = (Log::default(), Log::default());
    let (first, second) = (idle_desk(&first).await, idle_desk(&second).await);
    assert_here(inlined(first.ask_around(second.clone())).await);
    assert_here(inlined(second.place()).await);
}
