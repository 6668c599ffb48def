//! How the time of a scope's shutdown is divided: an actor that hangs costs the others nothing.

use std::{
    sync::mpsc,
    time::{Duration, Instant},
};

use actor_runtime::{ActorHandle, Builder, Context, ExitReason, MemberExit, Scope, actor};

use crate::support::{AN_HOUR, Gate, Log, until};

/// Flushes when it is stopped, which takes time.
pub(crate) struct Store {
    pub(crate) name: &'static str,
    pub(crate) log: Log,
    pub(crate) flush: Duration,
}

#[actor]
impl Store {
    fn new(name: &'static str, log: &Log) -> Self {
        Self { name, log: log.clone(), flush: Duration::from_millis(5) }
    }

    #[on_stop]
    async fn flush(&mut self) {
        tokio::time::sleep(self.flush).await;
        self.log.add(self.name);
    }

    /// Does nothing.
    pub(crate) fn nothing(&self) {}
}

/// Hangs in one of several places.
struct Stuck {
    place: Place,
    log: Log,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Place {
    Start,
    Handler,
    Stop,
}

#[actor]
impl Stuck {
    fn new(place: Place) -> Self {
        Self { place, log: Log::default() }
    }

    #[on_start]
    async fn hang_in_start(&mut self) {
        self.hang_if(Place::Start).await;
    }

    #[on_stop]
    async fn hang_in_stop(&mut self) {
        self.hang_if(Place::Stop).await;
    }

    async fn hang_if(&self, place: Place) {
        if self.place == place {
            std::future::pending::<()>().await;
        }
    }

    /// Hangs, or does nothing.
    pub(crate) async fn hang(&self) {
        self.hang_if(Place::Handler).await;
    }

    /// Waits for the gate.
    pub(crate) async fn wait(&self, gate: Gate) {
        gate.passed().await;
        self.log.add("waited");
    }

    /// Starts a child that flushes, and hangs.
    pub(crate) async fn hang_as_parent(&self, child: Store, context: &Context<Self>) {
        let _child = context.children().spawn(child);
        std::future::pending::<()>().await;
    }
}

fn stuck(scope: &Scope, place: Place) -> StuckHandle {
    let stuck = scope.spawn(Stuck::new(place));
    stuck.hang().try_cast().unwrap();
    stuck
}

fn reasons(ended: &[MemberExit]) -> Vec<(&str, Option<ExitReason>)> {
    ended.iter().map(|ended| (&*ended.name, ended.reason.clone())).collect()
}

#[tokio::test(start_paused = true)]
async fn an_actor_that_hangs_does_not_cost_the_store_its_flush() {
    for place in [Place::Start, Place::Handler, Place::Stop] {
        let (scope, log) = (Scope::new(), Log::default());
        let _store = scope.spawn(Store::new("flushed", &log));
        let _stuck = stuck(&scope, place);
        let begun = tokio::time::Instant::now();
        let ended = scope.shutdown().await;
        assert_eq!(log.take(), ["flushed"], "hangs in {place:?}");
        let expected =
            [("Store", Some(ExitReason::Shutdown)), ("Stuck", Some(ExitReason::Aborted))];
        assert_eq!(reasons(&ended), expected);
        assert_eq!(begun.elapsed().as_secs(), 10, "hangs in {place:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn all_others_flush_wherever_the_one_that_hangs_is() {
    const NAMES: [&str; 5] = ["1", "2", "3", "4", "5"];
    for at in 0..=NAMES.len() {
        let (scope, log) = (Scope::with_deadline(Duration::from_millis(200)), Log::default());
        let mut kept = Vec::new();
        let before = NAMES[..at].iter().map(|name| scope.spawn(Store::new(name, &log)));
        kept.extend(before);
        let _stuck = stuck(&scope, Place::Handler);
        kept.extend(NAMES[at..].iter().map(|name| scope.spawn(Store::new(name, &log))));
        let begun = tokio::time::Instant::now();
        let ended = scope.shutdown().await;
        assert_eq!(log.take(), ["5", "4", "3", "2", "1"], "it hangs at {at}");
        assert_eq!(ended.len(), 6);
        assert_eq!(ended[5].reason, Some(ExitReason::Aborted));
        assert!(begun.elapsed() <= Duration::from_millis(201), "{:?}", begun.elapsed());
    }
}

#[tokio::test(start_paused = true)]
async fn half_of_the_actors_may_hang() {
    let (scope, log) = (Scope::new(), Log::default());
    let mut kept = Vec::new();
    for place in [Place::Start, Place::Handler, Place::Stop].into_iter().cycle().take(20) {
        kept.push((scope.spawn(Store::new("flushed", &log)), stuck(&scope, place)));
    }
    let ended = scope.shutdown().await;
    assert_eq!(log.len(), 20);
    let aborted = ended.iter().filter(|ended| ended.reason == Some(ExitReason::Aborted));
    assert_eq!(aborted.count(), 20);
}

#[tokio::test(start_paused = true)]
async fn an_actor_that_needs_less_than_half_of_the_deadline_keeps_its_place() {
    let (scope, log) = (Scope::new(), Log::default());
    let _first = scope.spawn(Store::new("first", &log));
    let slow = Store { flush: Duration::from_millis(4_900), ..Store::new("slow", &log) };
    let _slow = scope.spawn(slow);
    let _last = scope.spawn(Store::new("last", &log));
    scope.shutdown().await;
    assert_eq!(log.take(), ["last", "slow", "first"]);
}

#[tokio::test(start_paused = true)]
async fn an_actor_left_behind_may_still_end_in_order() {
    let (scope, log) = (Scope::with_deadline(AN_HOUR), Log::default());
    let _first = scope.spawn(Store::new("first", &log));
    let slow = Store { flush: AN_HOUR * 3 / 4, ..Store::new("slow", &log) };
    let _slow = scope.spawn(slow);
    let ended = scope.shutdown().await;
    assert_eq!(log.take(), ["first", "slow"]);
    assert!(ended.iter().all(|ended| ended.reason == Some(ExitReason::Shutdown)));
    assert!(ended.iter().all(|ended| ended.running.is_none()));
}

#[tokio::test(start_paused = true)]
async fn actors_in_a_nested_scope_flush_beside_one_that_hangs() {
    let (scope, log) = (Scope::new(), Log::default());
    let inner = scope.child();
    let _own = scope.spawn(Store::new("outer", &log));
    let _hangs = stuck(&inner.child(), Place::Handler);
    let innermost = inner.child();
    let _hangs = stuck(&innermost, Place::Handler);
    let _inner = inner.spawn(Store::new("inner", &log));
    let _innermost = innermost.spawn(Store::new("innermost", &log));
    scope.shutdown().await;
    assert_eq!(log.take(), ["outer", "inner", "innermost"]);
}

#[tokio::test(start_paused = true)]
async fn children_of_an_actor_that_hangs_flush() {
    let (scope, log) = (Scope::new(), Log::default());
    let _store = scope.spawn(Store::new("store", &log));
    let parent = scope.spawn(Stuck::new(Place::Handler));
    parent.hang_as_parent(Store::new("child", &log)).try_cast().unwrap();
    tokio::task::yield_now().await;
    let ended = scope.shutdown().await;
    assert_eq!(log.take(), ["child", "store"]);
    assert_eq!(ended[0].parent.as_deref(), Some("Stuck"));
    assert_eq!(ended[0].reason, Some(ExitReason::Shutdown));
}

#[tokio::test(start_paused = true)]
async fn an_actor_that_was_aborted_is_reported_with_its_handler() {
    let scope = Scope::new();
    let _stuck = stuck(&scope, Place::Handler);
    let ended = scope.shutdown().await;
    let (method, _) = ended[0].running.unwrap();
    assert_eq!(method, "hang");
    let text = ended[0].to_string();
    assert!(text.starts_with("`Stuck`: aborted, while it had been running `hang` for "), "{text}");
}

#[tokio::test(start_paused = true)]
async fn an_actor_that_was_aborted_is_reported_with_its_hook() {
    let scope = Scope::new();
    let _stuck = stuck(&scope, Place::Stop);
    let ended = scope.shutdown().await;
    assert_eq!(ended[0].running.unwrap().0, "on_stop");
}

#[tokio::test(start_paused = true)]
async fn a_scope_without_time_aborts_at_once() {
    let (scope, log) = (Scope::with_deadline(Duration::ZERO), Log::default());
    let _store = scope.spawn(Store::new("flushed", &log));
    let begun = tokio::time::Instant::now();
    let ended = scope.shutdown().await;
    assert_eq!(ended[0].reason, Some(ExitReason::Aborted));
    assert_eq!((begun.elapsed(), log.len()), (Duration::ZERO, 0));
}

/// Blocks its thread.
pub(crate) struct Rock;

#[actor]
impl Rock {
    /// Blocks until the other end is dropped.
    pub(crate) fn block(&self, until: mpsc::Receiver<()>) {
        let _ = until.recv();
    }

    /// Starts a child on a thread, and blocks like `block`.
    pub(crate) fn block_as_parent(
        &self,
        until: mpsc::Receiver<()>,
        child: RockHandle,
        context: &Context<Self>,
    ) {
        context.children().add(&child);
        self.block(until);
    }
}

/// Actors that block their threads until this is dropped.
#[derive(Default)]
pub(crate) struct Rocks(Vec<mpsc::Sender<()>>);

impl Rocks {
    pub(crate) fn block(&mut self, rock: &RockHandle) {
        rock.block(self.receiver()).try_cast().unwrap();
        until(|| rock.stats().running.is_some());
    }

    fn receiver(&mut self) -> mpsc::Receiver<()> {
        let (sender, receiver) = mpsc::channel();
        self.0.push(sender);
        receiver
    }
}

pub(crate) fn rock(name: &'static str) -> RockHandle {
    Builder::new().name(name).spawn_thread(|| Rock).unwrap()
}

#[tokio::test]
async fn actors_that_block_their_threads_have_one_grace_together() {
    let scope = Scope::with_deadline(Duration::from_millis(200));
    let mut blocked = Rocks::default();
    let rocks = ["1", "2", "3", "4", "5", "6"].map(rock);
    for rock in &rocks {
        scope.add(rock);
        blocked.block(rock);
    }
    let begun = Instant::now();
    let ended = scope.shutdown().await;
    let elapsed = begun.elapsed();
    assert!(elapsed >= Duration::from_millis(1_200), "{elapsed:?}");
    assert!(elapsed < Duration::from_millis(2_200), "{elapsed:?}");
    let names: Vec<_> = ended.iter().map(|ended| &*ended.name).collect();
    assert_eq!(names, ["6", "5", "4", "3", "2", "1"]);
    for ended in &ended {
        assert_eq!(ended.reason, None);
        let (method, time) = ended.running.unwrap();
        assert_eq!(method, "block");
        assert!(time.is_some_and(|time| time <= elapsed), "{time:?}");
        assert!(ended.to_string().contains("has not ended, while it had been running `block` for"));
    }
    assert_eq!(scope.len(), 6, "they are still there");
    drop(blocked);
    for rock in rocks {
        assert_eq!(rock.exited().await, ExitReason::Aborted);
    }
    assert!(scope.is_empty());
}

#[tokio::test]
async fn what_is_left_is_reported_with_its_children() {
    let scope = Scope::with_deadline(Duration::from_millis(20));
    let nested = scope.child();
    let mut blocked = Rocks::default();
    let [parent, child, grandchild, inner] = ["parent", "child", "grandchild", "inner"].map(rock);
    scope.add(&parent);
    nested.add(&inner);
    blocked.block(&grandchild);
    blocked.block(&inner);
    child.block_as_parent(blocked.receiver(), grandchild.clone()).try_cast().unwrap();
    parent.block_as_parent(blocked.receiver(), child.clone()).try_cast().unwrap();
    until(|| child.stats().running.is_some() && parent.stats().running.is_some());
    let ended = scope.shutdown().await;
    let listed: Vec<_> = ended
        .iter()
        .map(|ended| (&*ended.name, ended.parent.as_deref(), ended.running.unwrap().0))
        .collect();
    assert_eq!(
        listed,
        [
            ("parent", None, "block_as_parent"),
            ("child", Some("parent"), "block_as_parent"),
            ("grandchild", Some("child"), "block"),
            ("inner", None, "block"),
        ]
    );
    assert!(ended.iter().all(|ended| ended.reason.is_none()));
    drop(blocked);
    for rock in [parent, child, grandchild, inner] {
        assert_eq!(rock.exited().await, ExitReason::Aborted);
    }
}

#[tokio::test]
async fn an_abort_ends_a_shutdown_within_a_second() {
    let (scope, log) = (Scope::with_deadline(AN_HOUR), Log::default());
    let mut blocked = Rocks::default();
    let store = scope.spawn(Store::new("flushed", &log));
    let rock = rock("rock");
    scope.add(&rock);
    blocked.block(&rock);
    let aborts = scope.clone();
    let begun = Instant::now();
    let (ended, ()) = tokio::join!(scope.shutdown(), async move { aborts.abort() });
    assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", begun.elapsed());
    let expected = [("Store", Some(ExitReason::Aborted)), ("rock", None)];
    assert_eq!(reasons(&ended), expected);
    assert_eq!(store.exit_reason(), Some(ExitReason::Aborted));
}
