//! A `fn` handler of an idle actor runs inline, on the thread of its caller; and nothing else
//! changes.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread::{self, JoinHandle, ThreadId},
};

use actor_runtime::{
    ActorHandle, Builder, CallError, CallErrorKind, Context, ExitReason, OnPanic, Reply,
    WeakHandle, actor, pair, spawn,
};
use tokio::{
    runtime::{self, Handle, Runtime},
    task::yield_now,
};

use crate::support::{AN_HOUR, Log, LogsDrop, now, outcome, pending, ready, said, until};

/// More polls than the loop needs to look for its actor by itself.
const MANY_TURNS: usize = 200;

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

/// Blocks a handler until it is released, on a thread that may block.
struct Barrier {
    entered: mpsc::Sender<()>,
    released: mpsc::Receiver<()>,
}

/// The other side of a [`Barrier`].
struct Guard {
    entered: mpsc::Receiver<()>,
    release: mpsc::Sender<()>,
}

fn barrier() -> (Barrier, Guard) {
    let (entered, was_entered) = mpsc::channel();
    let (release, released) = mpsc::channel();
    (Barrier { entered, released }, Guard { entered: was_entered, release })
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

    /// Blocks the thread it runs on.
    pub(crate) fn block(&mut self, barrier: Barrier) -> Place {
        barrier.entered.send(()).unwrap();
        barrier.released.recv().unwrap();
        self.log.add("released");
        Place::here()
    }

    pub(crate) fn fail(&mut self, text: &str) {
        panic!("{text}");
    }

    pub(crate) fn keep(&mut self, reply: Reply<u32>) {
        self.kept.push(reply);
    }

    pub(crate) fn runtime(&self) -> runtime::Id {
        // A task of the actor's runtime, although its caller may have none.
        tokio::spawn(async {});
        Handle::current().id()
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
        now(other.ask_back(own)).unwrap()
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

/// Calls `block` from a plain thread, where it runs inline.
fn blocked(desk: &DeskHandle) -> (JoinHandle<Result<Place, CallError>>, mpsc::Sender<()>) {
    let (barrier, guard) = barrier();
    let desk = desk.clone();
    let caller = thread::spawn(move || {
        let here = Place::here();
        let place = desk.block(barrier).blocking();
        assert!(place.as_ref().is_ok_and(|place| *place == here), "{place:?}");
        place
    });
    guard.entered.recv().unwrap();
    (caller, guard.release)
}

#[tokio::test]
async fn a_fn_of_an_idle_actor_runs_in_its_callers_task_within_one_poll() {
    let desk = idle_desk(&Log::default()).await;
    tokio::spawn(async move {
        let here = Ok(Place::here());
        assert_eq!(now(desk.place()), here);
        assert_eq!(now(desk.place().timeout(AN_HOUR)), here);
        assert_eq!(desk.place().await, here);
    })
    .await
    .unwrap();
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
    assert_eq!(now(desk.note(5)), Ok(5));
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
    assert_ne!(desk.place().await, Ok(own));
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
async fn no_handler_runs_inline_before_the_start_or_beside_another() {
    let log = Log::default();
    let desk = spawn(Desk::new(&log));
    let mut early = pending(desk.note(1));
    until_woken(&mut early).await;
    assert_eq!(outcome(&mut early), "answered 1");
    idle(&desk).await;

    let (caller, release) = blocked(&desk);
    let mut meanwhile = pending(desk.note(2));
    desk.note(3).try_cast().unwrap();
    for _ in 0..MANY_TURNS {
        yield_now().await;
    }
    assert!(!meanwhile.is_woken());
    release.send(()).unwrap();
    caller.join().unwrap().unwrap();
    until_woken(&mut meanwhile).await;
    assert_eq!(outcome(&mut meanwhile), "answered 2");
    assert_eq!(desk.note(4).await, Ok(4));
    assert_eq!(log.take(), ["note 1", "released", "note 2", "note 3", "note 4"]);
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
    assert!(calls > 1, "each call lets others run");
}

#[test]
fn the_actors_runtime_is_current_for_every_caller() {
    let runtime = || runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
    let (own, other) = (runtime(), runtime());
    let log = Log::default();
    let desk = Builder::new().on(own.handle().clone()).spawn(Desk::new(&log));
    let id = own.handle().id();

    // On a plain thread, at first perhaps through the loop.
    until(|| desk.place().blocking() == Ok(Place::here()));
    assert_eq!(desk.runtime().blocking(), Ok(id));
    assert!(Handle::try_current().is_err());

    // In a task of another runtime, and back.
    let foreign = other.block_on(other.spawn({
        let desk = desk.clone();
        async move {
            let asked = now(desk.runtime());
            let again = Builder::new().spawn(Desk::new(&Log::default()));
            again.place_of_async().await.unwrap();
            let mut at_home = again.runtime().await;
            while now(again.place()) != Ok(Place::here()) {
                at_home = again.runtime().await;
            }
            (asked, at_home, now(again.runtime()), now(desk.runtime()), Handle::current().id())
        }
    }));
    let there = other.handle().id();
    assert_eq!(foreign.unwrap(), (Ok(id), Ok(there), Ok(there), Ok(id), there));

    // In the root task of its own runtime.
    assert_eq!(own.block_on(async { desk.runtime().await }), Ok(id));
}

#[tokio::test]
async fn an_inline_panic_ends_the_actor_and_not_its_caller() {
    let log = Log::default();
    let desk = idle_desk(&log).await;
    let kept = tokio::spawn(desk.keep().sent().await.unwrap());
    idle(&desk).await;
    assert_eq!(said(now(desk.fail("broken"))), "`Desk::fail` panicked: broken");
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
    assert_eq!(said(now(desk.fail("once"))), "`Desk::fail` panicked: once");
    assert_eq!(now(desk.note(1)), Ok(1));
    assert!(desk.place_of_async().await.is_ok());
    assert_eq!(log.take(), ["note 1"]);
    assert_eq!(desk.shutdown().await, ExitReason::Shutdown);
}

#[tokio::test]
async fn stats_count_and_name_inline_handlers() {
    let desk = idle_desk(&Log::default()).await;
    let before = desk.stats().counts.handled;
    now(desk.note(1)).unwrap();
    now(desk.note(2)).unwrap();
    assert_eq!(desk.stats().counts.handled, before + 2);
    let (caller, release) = blocked(&desk);
    let running = desk.stats().running.map(|(method, _)| method);
    assert_eq!(running, Some("block"));
    release.send(()).unwrap();
    caller.join().unwrap().unwrap();
    assert_eq!(desk.stats().running, None);
}

/// Checks that the actor ends when the handler has finished, and not before.
async fn ends_after_it(end: impl FnOnce(&DeskHandle), reason: ExitReason) {
    let log = Log::default();
    let desk = idle_desk(&log).await;
    let (caller, release) = blocked(&desk);
    let mut exited = pending(desk.exited());
    end(&desk);
    assert!(matches!(now(desk.note(1)).map_err(CallError::into_kind), Err(CallErrorKind::Closed)));
    for _ in 0..MANY_TURNS {
        yield_now().await;
    }
    assert!(!exited.is_woken());
    assert_eq!(desk.exit_reason(), None);
    release.send(()).unwrap();
    caller.join().unwrap().unwrap();
    until_woken(&mut exited).await;
    assert_eq!(ready(&mut exited), reason);
    assert_eq!(log.take(), ["released", "state dropped"]);
}

#[tokio::test]
async fn a_shutdown_waits_for_an_inline_handler() {
    ends_after_it(|desk| desk.close(), ExitReason::Shutdown).await;
}

#[tokio::test]
async fn an_abort_does_not_interrupt_an_inline_handler() {
    let end = |desk: &DeskHandle| {
        desk.abort();
        // Calls made after the abort may still be accepted, until the loop has seen it.
        desk.close();
    };
    ends_after_it(end, ExitReason::Aborted).await;
}

#[test]
fn dropping_the_runtime_does_not_wait_for_an_inline_handler() {
    let log = Log::default();
    let runtime = runtime::Builder::new_current_thread().build().unwrap();
    let desk = runtime.block_on(idle_desk(&log));
    let (caller, release) = blocked(&desk);
    let mut queued = pending(desk.note(1));
    drop(runtime);
    assert_eq!(outcome(&mut queued), "the actor stopped before it answered `Desk::note`");
    assert_eq!(desk.exit_reason(), None);
    release.send(()).unwrap();
    caller.join().unwrap().unwrap();
    until(|| desk.exit_reason() == Some(ExitReason::Aborted));
    assert_eq!(log.take(), ["released", "state dropped"]);
}

#[test]
fn an_inline_handler_may_drop_the_runtime_of_its_actor() {
    struct Owner(Option<Runtime>);

    #[actor]
    impl Owner {
        pub(crate) fn own(&mut self, runtime: Runtime) {
            self.0 = Some(runtime);
        }

        pub(crate) fn disown(&mut self) {
            self.0 = None;
        }
    }

    let runtime = runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
    let owner = Builder::new().on(runtime.handle().clone()).spawn(Owner(None));
    owner.own(runtime).blocking().unwrap();
    // If the loop is not resting, the runtime is dropped on its own worker, which panics. So wait
    // until it is.
    until(|| owner.stats().running.is_none());
    let told = owner.disown().blocking().map_err(CallError::into_kind);
    assert!(matches!(told, Ok(()) | Err(CallErrorKind::Panicked { .. })), "{told:?}");
    until(|| owner.exit_reason().is_some());
}

#[tokio::test]
async fn an_inline_handler_may_end_its_actor() {
    let log = Log::default();
    let desk = idle_desk(&log).await;
    now(desk.stop()).unwrap();
    assert!(desk.is_closed());
    assert_eq!(desk.exited().await, ExitReason::Shutdown);

    let desk = idle_desk(&log).await;
    now(desk.own(desk.clone())).unwrap();
    let weak: WeakHandle<DeskHandle> = desk.downgrade();
    let exited = desk.exited();
    now(desk.disown()).unwrap();
    now(desk.own(desk.clone())).unwrap();
    let mut last = desk.disown().sent().await.unwrap();
    drop(desk);
    assert!(weak.upgrade().is_some());
    assert_eq!((&mut last).await, Ok(()));
    assert_eq!(exited.await, ExitReason::HandlesDropped);
}

#[tokio::test]
async fn an_inline_handler_cannot_call_its_own_actor() {
    let desk = idle_desk(&Log::default()).await;
    let here = said(now(desk.call_oneself()));
    let queued = said(desk.call_oneself().sent().await.unwrap().await);
    assert_eq!(here, queued);
    assert!(here.contains("would wait for itself"), "{here}");
}

#[tokio::test]
async fn inline_handlers_of_two_actors_nest_and_never_overlap() {
    let (first, second) = (Log::default(), Log::default());
    let (first, second) = (idle_desk(&first).await, idle_desk(&second).await);
    assert_eq!(now(first.ask_around(second.clone())), Ok(Place::here()));
    assert_eq!(now(second.place()), Ok(Place::here()));
}
