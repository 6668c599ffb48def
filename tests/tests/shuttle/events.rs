//! Messages, closing and aborts against an actor with an event source.

use std::{
    collections::VecDeque,
    future::Future,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    task::{Context, Poll, Waker},
};

use actor_runtime::{
    ActorHandle, Builder, CallError, CallErrorKind, Capacity, ExitReason, Reply, actor,
    cancel_safe::CancelSafe,
};
use shuttle::{
    future::{JoinHandle, block_on, spawn, yield_now},
    sync::{Mutex, mpsc},
};

use crate::explore::{explore, explore_with_bug};

/// A channel whose every step is explored.
#[derive(Clone, Default)]
struct Feed(Arc<Mutex<Items>>);

#[derive(Default)]
struct Items {
    items: VecDeque<u32>,
    waker: Option<Waker>,
}

impl Feed {
    fn of(items: u32) -> Self {
        let feed = Self::default();
        feed.0.lock().unwrap().items.extend(0..items);
        feed
    }

    fn push(&self, item: u32) {
        let waker = {
            let mut items = self.0.lock().unwrap();
            items.items.push_back(item);
            items.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    fn next(&mut self) -> Next<'_> {
        Next(self)
    }
}

/// The next item. As with tokio's channels, a dropped future is not woken.
struct Next<'a>(&'a Feed);

impl Future for Next<'_> {
    type Output = u32;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<u32> {
        let mut items = self.0.0.lock().unwrap();
        match items.items.pop_front() {
            Some(item) => Poll::Ready(item),
            None => {
                items.waker = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}

impl Drop for Next<'_> {
    fn drop(&mut self) {
        self.0.0.lock().unwrap().waker = None;
    }
}

/// It takes an item only when it returns it.
impl CancelSafe for Next<'_> {}

/// What the actor did, for the model to inspect. No thread waits for these.
#[derive(Clone, Default)]
struct Seen(Arc<Counts>);

#[derive(Default)]
struct Counts {
    is_busy: AtomicBool,
    messages: AtomicUsize,
    events: AtomicUsize,
    idle_times: AtomicUsize,
}

impl Seen {
    fn begin(&self) {
        assert!(!self.0.is_busy.swap(true, Ordering::SeqCst), "two at a time");
    }

    fn end(&self) {
        self.0.is_busy.store(false, Ordering::SeqCst);
    }

    fn events(&self) -> usize {
        self.0.events.load(Ordering::SeqCst)
    }
}

struct Watcher {
    feed: Feed,
    last: Option<u32>,
    seen: Seen,
    /// Receives each event.
    told: mpsc::Sender<u32>,
    is_quick: bool,
}

#[actor(first = sources)]
impl Watcher {
    #[on(self.feed.next())]
    async fn item(&mut self, item: u32) {
        self.seen.begin();
        assert!(self.last.replace(item).is_none_or(|last| last < item), "out of order");
        // Now and then, so that there are handlers that wait and handlers that do not.
        if item % 2 == 1 && !self.is_quick {
            yield_now().await;
        }
        self.seen.0.events.fetch_add(1, Ordering::SeqCst);
        self.seen.end();
        // Some models drop the receiver.
        let _ = self.told.send(item);
    }

    #[on_idle]
    fn idle(&self) {
        self.seen.0.idle_times.fetch_add(1, Ordering::SeqCst);
    }

    /// Counts the message.
    pub async fn count(&mut self) {
        self.seen.begin();
        yield_now().await;
        self.seen.0.messages.fetch_add(1, Ordering::SeqCst);
        self.seen.end();
    }
}

struct Running {
    handle: WatcherHandle,
    seen: Seen,
    events: mpsc::Receiver<u32>,
    task: JoinHandle<ExitReason>,
}

fn start(feed: &Feed, is_quick: bool) -> Running {
    let seen = Seen::default();
    let (told, events) = mpsc::channel();
    let watcher = Watcher { feed: feed.clone(), last: None, seen: seen.clone(), told, is_quick };
    let (handle, run) = Builder::new().mailbox(Capacity::bounded(2)).pair(watcher);
    let task = spawn(async move { run.await.reason });
    Running { handle, seen, events, task }
}

fn messages_against_events() {
    block_on(async {
        let feed = Feed::default();
        let Running { handle, seen, events, task } = start(&feed, false);
        let caller = spawn({
            let handle = handle.clone();
            async move {
                handle.count().await.unwrap();
                handle.count().await.unwrap();
            }
        });
        spawn(async move {
            for item in 0..3 {
                feed.push(item);
                yield_now().await;
            }
        });
        while events.recv().unwrap() < 2 {}
        caller.await.unwrap();
        drop(handle);
        assert_eq!(task.await.unwrap(), ExitReason::HandlesDropped);
        assert_eq!(seen.0.messages.load(Ordering::SeqCst), 2);
        assert!((1..=5).contains(&seen.0.idle_times.load(Ordering::SeqCst)));
    });
}

#[test]
fn messages_and_events_are_all_handled() {
    explore(messages_against_events);
}

#[test]
#[should_panic(expected = "deadlock")]
fn finds_an_event_missed_while_idle() {
    explore_with_bug("the loop waits without its sources", messages_against_events);
}

fn messages_against_a_source_without_events() {
    block_on(async {
        let Running { handle, task, .. } = start(&Feed::default(), true);
        let caller = spawn({
            let handle = handle.clone();
            async move { handle.count().await.unwrap() }
        });
        handle.count().await.unwrap();
        caller.await.unwrap();
        drop(handle);
        assert_eq!(task.await.unwrap(), ExitReason::HandlesDropped);
    });
}

#[test]
fn a_source_without_events_hides_no_message() {
    explore(messages_against_a_source_without_events);
}

#[test]
#[should_panic(expected = "deadlock")]
fn finds_a_message_missed_beside_a_source() {
    explore_with_bug(
        "the loop parks later than it looked",
        messages_against_a_source_without_events,
    );
}

fn a_close_against_events() {
    block_on(async {
        let feed = Feed::of(12);
        let Running { handle, seen, task, .. } = start(&feed, true);
        handle.count().try_cast().unwrap();
        yield_now().await;
        handle.close();
        let at_close = seen.events();
        assert_eq!(task.await.unwrap(), ExitReason::Shutdown);
        // One more event may have been polled already.
        assert!(seen.events() <= at_close + 1, "events went on");
        assert_eq!(seen.0.messages.load(Ordering::SeqCst), 1, "what was accepted is done");
    });
}

#[test]
fn no_event_is_handled_after_the_close() {
    explore(a_close_against_events);
}

#[test]
#[should_panic(expected = "events went on")]
fn finds_events_that_are_handled_after_the_close() {
    explore_with_bug("events go on while the mailbox closes", a_close_against_events);
}

fn an_abort_against_events() {
    block_on(async {
        let feed = Feed::of(12);
        let Running { handle, seen, task, .. } = start(&feed, true);
        yield_now().await;
        handle.abort();
        let at_abort = seen.events();
        assert_eq!(task.await.unwrap(), ExitReason::Aborted);
        assert!(seen.events() <= at_abort + 1, "events went on");
    });
}

#[test]
fn no_event_is_handled_after_an_abort() {
    explore(an_abort_against_events);
}

#[test]
#[should_panic(expected = "events went on")]
fn finds_events_that_are_handled_after_an_abort() {
    explore_with_bug("events go on after an abort", an_abort_against_events);
}

/// Takes a message only if an item has arrived since the last message.
struct Gatekeeper {
    feed: Feed,
    items: u32,
    /// Whether another message may be let through.
    is_open: bool,
}

#[actor(messages_if = self.items > 0)]
impl Gatekeeper {
    #[on(self.feed.next(), if self.is_open)]
    fn item(&mut self, _: u32) {
        self.items += 1;
    }

    /// Goes through. The second message is the last.
    pub async fn pass(&mut self) -> u32 {
        self.items -= 1;
        yield_now().await;
        self.is_open = self.items > 0;
        self.items
    }
}

fn a_close_against_messages_that_are_held() {
    block_on(async {
        let feed = Feed::default();
        let keeper = Gatekeeper { feed: feed.clone(), items: 0, is_open: true };
        let (handle, run) = Builder::new().mailbox(Capacity::bounded(4)).pair(keeper);
        let task = spawn(async move { run.await.reason });
        let callers: Vec<_> = (0..2)
            .map(|_| {
                let handle = handle.clone();
                spawn(async move { handle.pass().await })
            })
            .collect();
        let closer = spawn({
            let handle = handle.clone();
            async move { handle.close() }
        });
        feed.push(1);
        closer.await.unwrap();
        assert_eq!(task.await.unwrap(), ExitReason::Shutdown);
        let mut passed = 0;
        for caller in callers {
            match caller.await.unwrap().map_err(CallError::into_kind) {
                Ok(left) => {
                    assert_eq!(left, 0);
                    passed += 1;
                }
                // The actor closed too early, or no source was left that could let it through.
                Err(CallErrorKind::Closed | CallErrorKind::Stopped) => {}
                Err(error) => panic!("{error:?}"),
            }
        }
        assert!(passed <= 1, "one item let {passed} messages through");
    });
}

#[test]
fn held_messages_let_the_actor_end() {
    explore(a_close_against_messages_that_are_held);
}

#[test]
#[should_panic(expected = "deadlock")]
fn finds_a_close_that_does_not_wake_the_loop() {
    explore_with_bug("the loop parks later than it looked", a_close_against_messages_that_are_held);
}

#[test]
#[should_panic(expected = "deadlock")]
fn finds_a_close_that_is_missed_while_messages_are_held() {
    explore_with_bug(
        "a close is not told while messages are held",
        a_close_against_messages_that_are_held,
    );
}

/// Answers each call with the next item.
struct Broker {
    feed: Feed,
    asked: VecDeque<Reply<u32>>,
}

#[actor(busy_if = !self.asked.is_empty())]
impl Broker {
    /// Is answered with the next item.
    pub fn ask(&mut self, reply: Reply<u32>) {
        self.asked.push_back(reply);
    }

    #[on(self.feed.next(), if !self.asked.is_empty())]
    fn item(&mut self, item: u32) {
        if let Some(reply) = self.asked.pop_front() {
            reply.send(item);
        }
    }
}

fn a_close_against_work_under_way() {
    block_on(async {
        let feed = Feed::default();
        let broker = Broker { feed: feed.clone(), asked: VecDeque::new() };
        let (handle, run) = Builder::new().mailbox(Capacity::bounded(4)).pair(broker);
        let task = spawn(async move { run.await.reason });
        let callers: Vec<_> = (0..2)
            .map(|_| {
                let handle = handle.clone();
                spawn(async move { handle.ask().await })
            })
            .collect();
        let closer = spawn(async move { handle.close() });
        feed.push(1);
        feed.push(2);
        closer.await.unwrap();
        for caller in callers {
            match caller.await.unwrap().map_err(CallError::into_kind) {
                Ok(item) => assert!(item == 1 || item == 2),
                Err(CallErrorKind::Closed) => {}
                Err(error) => panic!("an accepted call was abandoned: {error:?}"),
            }
        }
        assert_eq!(task.await.unwrap(), ExitReason::Shutdown);
    });
}

#[test]
fn a_busy_actor_answers_what_it_has_accepted() {
    explore(a_close_against_work_under_way);
}

#[test]
#[should_panic(expected = "an accepted call was abandoned")]
fn finds_a_busy_actor_that_ends() {
    explore_with_bug("a busy actor ends", a_close_against_work_under_way);
}

#[test]
#[should_panic(expected = "deadlock")]
fn finds_a_close_that_does_not_wake_a_busy_actor() {
    explore_with_bug("the loop parks later than it looked", a_close_against_work_under_way);
}
