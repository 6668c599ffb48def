//! Sources that end, and actors whose sources continue.

use std::{
    future::{Ready, ready},
    io,
};

use actor_runtime::{
    Context, ExitReason, actor,
    cancel_safe::{CancelSafe, assume_cancel_safe},
};
use tokio::{
    sync::{broadcast, mpsc, watch},
    task::JoinSet,
};

use crate::support::{Gate, Log, rig};

/// A source that counts how often its future is created.
struct Counted<T> {
    next: T,
    asked: Log,
}

impl<T: Copy> Counted<T> {
    fn new(next: T, asked: &Log) -> Self {
        Self { next, asked: asked.clone() }
    }

    fn next(&mut self) -> impl CancelSafe<Output = T> + use<T> {
        self.asked.add("asked");
        let next: Ready<T> = ready(self.next);
        assume_cancel_safe("it has nothing to lose", next)
    }
}

/// Its first two sources have ended.
struct Ended {
    items: Counted<Option<u32>>,
    frames: Counted<Result<Option<u32>, ()>>,
    live: mpsc::UnboundedReceiver<u32>,
    log: Log,
}

#[actor]
impl Ended {
    #[on(self.items.next())]
    fn item(&mut self, item: u32) {
        self.log.add(format!("item {item}"));
    }

    #[on(self.frames.next())]
    fn frame(&mut self, frame: Result<u32, ()>) {
        self.log.add(format!("frame {frame:?}"));
    }

    #[on(self.live.recv())]
    fn live(&mut self, live: u32) {
        self.log.add(format!("live {live}"));
    }

    /// Makes the first source give an item again.
    pub(crate) fn refill(&mut self) {
        self.items.next = Some(1);
    }

    /// Makes the first source end again.
    pub(crate) fn message(&mut self) {
        self.items.next = None;
    }
}

#[test]
fn an_ended_source_rests_while_others_continue() {
    let log = Log::default();
    let asked = Log::default();
    let (sender, live) = mpsc::unbounded_channel();
    let (handle, mut actor) = rig(Ended {
        items: Counted::new(None, &asked),
        frames: Counted::new(Ok(None), &Log::default()),
        live,
        log: log.clone(),
    });
    actor.turn();
    let at_first = asked.take().len();
    assert!(at_first <= 3, "asked {at_first} times");
    for live in 0..10 {
        sender.send(live).unwrap();
    }
    actor.turn();
    assert_eq!(log.take().len(), 10);
    let asked_after = asked.take().len();
    assert!(asked_after <= 40, "asked {asked_after} times for ten events");
    drop(sender);
    actor.turn();
    assert_eq!(log.take(), [""; 0]);
    handle.message().try_cast().unwrap();
    actor.turn();
    assert!(asked.take().len() <= 8);
}

#[test]
fn a_refilled_source_is_polled_after_the_next_message() {
    let log = Log::default();
    let (_sender, live) = mpsc::unbounded_channel();
    let items = Counted::new(None, &Log::default());
    let frames = Counted::new(Ok(None), &Log::default());
    let (handle, mut actor) = rig(Ended { items, frames, live, log: log.clone() });
    actor.turn();
    handle.refill().try_cast().unwrap();
    handle.message().try_cast().unwrap();
    actor.turn();
    assert_eq!(log.take(), ["item 1"]);
}

/// Its methods take the `Option` or the error of an ended source.
struct Told {
    left: mpsc::UnboundedReceiver<u32>,
    right: mpsc::UnboundedReceiver<u32>,
    news: broadcast::Receiver<u32>,
    state: watch::Receiver<u32>,
    log: Log,
}

#[actor]
impl Told {
    #[on(self.left.recv())]
    fn left(&mut self, left: Option<u32>) {
        self.log.add(format!("left {left:?}"));
    }

    #[on(self.right.recv())]
    fn right(&mut self, right: Option<u32>) {
        self.log.add(format!("right {right:?}"));
    }

    #[on(self.news.recv())]
    fn news(&mut self, news: Result<u32, broadcast::error::RecvError>) {
        self.log.add(format!("news {news:?}"));
    }

    #[on(self.state.changed())]
    fn state(&mut self, state: Result<(), watch::error::RecvError>) {
        self.log.add(format!("state {:?}", state.is_ok()));
    }

    /// Does nothing.
    pub(crate) fn message(&mut self) {
        self.log.add("message");
    }
}

#[test]
fn a_method_that_takes_an_option_sees_the_end_once_per_wait() {
    let log = Log::default();
    let (left, left_end) = mpsc::unbounded_channel();
    let (right, right_end) = mpsc::unbounded_channel();
    let (news, news_end) = broadcast::channel(4);
    let (state, state_end) = watch::channel(0);
    let (handle, mut actor) = rig(Told {
        left: left_end,
        right: right_end,
        news: news_end,
        state: state_end,
        log: log.clone(),
    });
    left.send(1).unwrap();
    right.send(1).unwrap();
    news.send(1).unwrap();
    state.send(1).unwrap();
    actor.turn();
    let mut lines = log.take();
    lines.sort();
    assert_eq!(lines, ["left Some(1)", "news Ok(1)", "right Some(1)", "state true"]);

    drop((left, right, news, state));
    actor.turn();
    let ends = ["left None", "news Err(Closed)", "right None", "state false"];
    let lines = log.take();
    assert!(lines.len() <= 16, "{lines:?}");
    for end in ends {
        assert!(lines.iter().any(|line| line == end), "{lines:?}");
    }
    handle.message().try_cast().unwrap();
    actor.turn();
    assert!(log.take().len() <= 17);
}

/// Starts jobs, and collects their results.
struct Jobs {
    jobs: JoinSet<u32>,
    log: Log,
}

#[actor]
impl Jobs {
    #[on(self.jobs.join_next(), if !self.jobs.is_empty())]
    fn done(&mut self, result: Option<Result<u32, tokio::task::JoinError>>) {
        self.log.add(format!("done {:?}", result.map(Result::unwrap)));
    }

    /// Starts a job.
    pub(crate) fn start(&mut self, gate: Gate) {
        self.jobs.spawn(async move {
            gate.passed().await;
            7
        });
    }
}

#[tokio::test]
async fn a_guard_disables_an_empty_join_set() {
    let log = Log::default();
    let gate = Gate::default();
    let jobs = actor_runtime::spawn(Jobs { jobs: JoinSet::new(), log: log.clone() });
    for _ in 0..2 {
        jobs.start(gate.clone()).await.unwrap();
        gate.open();
        while log.len() == 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(log.take(), ["done Some(7)"]);
    }
}

/// Lives for its source: it keeps a handle to itself.
struct Server {
    requests: mpsc::UnboundedReceiver<io::Result<u32>>,
    itself: Option<ServerHandle>,
    log: Log,
}

#[actor]
impl Server {
    #[on_start]
    fn keep(&mut self, context: &Context<Self>) {
        self.itself = context.handle().upgrade();
    }

    #[on(self.requests.recv())]
    fn request(&mut self, request: Option<io::Result<u32>>) {
        match request {
            Some(request) => self.log.add(format!("{request:?}")),
            None => self.itself = None,
        }
    }

    /// A message.
    pub(crate) fn ping(&self) {}
}

#[test]
fn an_actor_with_a_handle_to_itself_lives_for_its_sources() {
    let log = Log::default();
    let (sender, requests) = mpsc::unbounded_channel();
    let (handle, mut actor) = rig(Server { requests, itself: None, log: log.clone() });
    handle.ping().try_cast().unwrap();
    actor.turn();
    drop(handle);
    actor.turn();
    sender.send(Ok(1)).unwrap();
    actor.turn();
    assert_eq!(log.take(), ["Ok(1)"]);
    drop(sender);
    assert_eq!(actor.exit().reason, ExitReason::HandlesDropped);
}

#[test]
fn sources_do_not_keep_an_actor_alive() {
    let log = Log::default();
    let (sender, live) = mpsc::unbounded_channel();
    let items = Counted::new(None, &Log::default());
    let frames = Counted::new(Ok(None), &Log::default());
    let (handle, mut actor) = rig(Ended { items, frames, live, log: log.clone() });
    actor.turn();
    handle.message().try_cast().unwrap();
    drop(handle);
    assert_eq!(actor.exit().reason, ExitReason::HandlesDropped);
    assert!(sender.send(1).is_err(), "its end was dropped with the actor");
}
