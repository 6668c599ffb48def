//! Fairness: which is handled first if messages and several sources are ready at once.

use std::{
    future::{Future, poll_fn},
    task::Poll,
};

use actor_runtime::{
    ActorHandle, Builder, Capacity, ExitReason, actor,
    cancel_safe::{CancelSafe, assume_cancel_safe},
};
use tokio::sync::mpsc;

use crate::support::{Log, rig, rig_with};

/// A source that is always ready.
struct Busy(&'static str);

impl Busy {
    fn next(&mut self) -> impl CancelSafe<Output = &'static str> + use<> {
        assume_cancel_safe("it has nothing to lose", std::future::ready(self.0))
    }
}

macro_rules! actor_with_busy_sources {
    ($name:ident, $($option:tt)*) => {
        struct $name {
            left: Busy,
            right: Busy,
            log: Log,
        }

        impl $name {
            fn new(log: &Log) -> Self {
                Self { left: Busy("left"), right: Busy("right"), log: log.clone() }
            }
        }

        #[actor($($option)*)]
        impl $name {
            #[on(self.left.next())]
            fn left(&mut self, event: &'static str) {
                self.log.add(event);
            }

            #[on(self.right.next())]
            fn right(&mut self, event: &'static str) {
                self.log.add(event);
            }

            /// A message.
            pub(crate) fn message(&mut self) {
                self.log.add("message");
            }
        }
    };
}

actor_with_busy_sources!(Fair, mailbox = 64);
actor_with_busy_sources!(Messages, first = mailbox);
actor_with_busy_sources!(Events, first = sources);

#[tokio::test]
async fn the_mailbox_and_the_sources_take_turns() {
    let log = Log::default();
    let fair = actor_runtime::spawn(Fair::new(&log));
    for _ in 0..30 {
        fair.message().try_cast().unwrap();
    }
    while log.len() < 90 {
        tokio::task::yield_now().await;
    }
    let mut log = log.take();
    log.truncate(90);
    for turns in log.chunks(3) {
        assert_eq!(turns, ["left", "right", "message"]);
    }
}

#[test]
fn sources_that_are_always_ready_yield_to_other_tasks() {
    let log = Log::default();
    let (handle, run) = actor_runtime::pair(Fair::new(&log));
    let mut run = tokio_test::task::spawn(run);
    assert!(run.poll().is_pending(), "it gives the thread back");
    assert!(run.is_woken(), "and wants to go on");
    assert_eq!(log.take().len(), 128);
    assert!(run.poll().is_pending());
    assert_eq!(log.take().len(), 128);
    drop(handle);
}

#[tokio::test]
async fn events_respect_the_budget_of_a_task() {
    let (sender, numbers) = mpsc::unbounded_channel();
    for number in 0..1000 {
        sender.send(number).unwrap();
    }
    let log = Log::default();
    let (_handle, run) = actor_runtime::pair(Numbers { numbers, log: log.clone() });
    let mut run = Box::pin(run);
    let polls = log.clone();
    tokio::spawn(poll_fn(move |cx| {
        polls.add("poll");
        run.as_mut().poll(cx).map(drop)
    }));
    while log.len() < 1000 {
        tokio::task::yield_now().await;
    }
    let log = log.take();
    for events in log.split(|line| line == "poll") {
        assert!(events.len() <= 128, "{} in one poll", events.len());
    }
}

struct Numbers {
    numbers: mpsc::UnboundedReceiver<u32>,
    log: Log,
}

#[actor]
impl Numbers {
    #[on(self.numbers.recv())]
    fn number(&mut self, number: u32) {
        self.log.add(number.to_string());
    }

    /// A message.
    pub(crate) fn message(&mut self) {
        self.log.add("message");
    }
}

#[test]
fn with_first_mailbox_messages_come_first() {
    let log = Log::default();
    let (handle, run) = actor_runtime::pair(Messages::new(&log));
    let mut run = tokio_test::task::spawn(run);
    for _ in 0..5 {
        handle.message().try_cast().unwrap();
    }
    assert!(run.poll().is_pending());
    let log = log.take();
    assert_eq!(log[..5], ["message"; 5]);
    assert_eq!(log[5..9], ["left", "right", "left", "right"]);
}

#[test]
fn with_first_sources_events_come_first() {
    let log = Log::default();
    let (handle, run) = actor_runtime::pair(Events::new(&log));
    let mut run = tokio_test::task::spawn(run);
    handle.message().try_cast().unwrap();
    for _ in 0..3 {
        assert!(run.poll().is_pending());
    }
    let log = log.take();
    assert_eq!(log[..4], ["left", "right", "left", "right"]);
    assert!(!log.contains(&"message".to_owned()), "sources that never rest keep messages waiting");
}

#[test]
fn once_closed_messages_come_first_and_the_actor_ends() {
    let log = Log::default();
    let (handle, mut actor) = rig(Events::new(&log));
    handle.message().try_cast().unwrap();
    handle.message().try_cast().unwrap();
    handle.close();
    assert_eq!(actor.exit().reason, ExitReason::Shutdown);
    assert_eq!(log.take(), ["message", "message"]);
}

#[test]
fn dropping_the_last_handle_ends_an_actor_whose_sources_are_always_ready() {
    let log = Log::default();
    let (handle, mut actor) = rig(Fair::new(&log));
    drop(handle);
    assert_eq!(actor.exit().reason, ExitReason::HandlesDropped);
    assert_eq!(log.take(), [""; 0]);
}

#[test]
fn a_full_mailbox_does_not_starve_sources() {
    let (sender, numbers) = mpsc::unbounded_channel();
    let log = Log::default();
    let options = Builder::new().mailbox(Capacity::bounded(2));
    let (handle, mut actor) = rig_with(options, Numbers { numbers, log: log.clone() });
    let senders: Vec<_> =
        (0..4).map(|_| tokio_test::task::spawn(handle.message().cast())).collect();
    let mut senders = senders;
    for sender in &mut senders {
        let _ = sender.poll();
    }
    sender.send(1).unwrap();
    actor.turn();
    let log = log.take();
    let position = log.iter().position(|line| line == "1").unwrap();
    assert!(position <= 1, "{log:?}");
    assert_eq!(log.len(), 5);
}

/// Counts how often it is polled, and is never ready.
struct Never {
    polls: Log,
}

impl Never {
    fn next(&mut self) -> impl CancelSafe<Output = ()> + use<> {
        let polls = self.polls.clone();
        assume_cancel_safe("it has nothing", count(polls))
    }
}

fn count(polls: Log) -> impl Future<Output = ()> {
    poll_fn(move |_| {
        polls.add("poll");
        Poll::Pending
    })
}

struct Waiting {
    never: Never,
}

#[actor]
impl Waiting {
    #[on(self.never.next())]
    fn never(&mut self, (): ()) {
        unreachable!("it is never ready");
    }

    /// A message.
    pub(crate) fn message(&mut self) {}
}

#[tokio::test]
async fn an_idle_actor_is_not_polled() {
    let polls = Log::default();
    let waiting = actor_runtime::spawn(Waiting { never: Never { polls: polls.clone() } });
    waiting.message().await.unwrap();
    tokio::task::yield_now().await;
    polls.take();
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert_eq!(polls.take(), [""; 0]);
    waiting.shutdown().await;
}

#[tokio::test]
async fn sources_take_turns_during_a_lease() {
    let log = Log::default();
    let handle = actor_runtime::spawn(Fair::new(&log));
    let lease = handle.lease().await.unwrap();
    log.take();
    lease.message().await.unwrap();
    lease.message().await.unwrap();
    let lines = log.take();
    assert!(lines.iter().any(|line| line == "left"), "{lines:?}");
    assert_eq!(lines.iter().filter(|line| *line == "message").count(), 2);
    drop(lease);
    handle.message().await.unwrap();
    handle.shutdown().await;
}
