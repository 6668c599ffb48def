//! Handlers that wait for each other in a ring.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Waker},
};

use actor_runtime::{
    Answer, Builder, CallError, CallErrorKind, Capacity, Replies, Reply, SendError, WeakHandle,
    actor,
};
use shuttle::future::{JoinHandle, block_on, spawn};
use tokio::sync::oneshot;

use crate::explore::{explore, explore_with_bug};

#[derive(Default)]
pub struct Link {
    next: Option<WeakHandle<LinkHandle>>,
}

#[actor]
impl Link {
    /// Closes the ring.
    pub fn set_next(&mut self, next: WeakHandle<LinkHandle>) {
        self.next = Some(next);
    }

    /// One.
    pub async fn one(&self) -> u32 {
        1
    }

    /// Asks the next actor.
    pub async fn ask(&self) -> Result<u32, CallError> {
        self.next().one().await
    }

    /// Sends the next actor a message, and awaits the answer.
    pub async fn ask_later(&self) -> Result<u32, CallError> {
        let answer = self.next().one().sent().await.unwrap();
        answer.await
    }

    /// Asks the next actor, which goes on to call others.
    pub async fn ask_first(&self) -> Result<u32, CallError> {
        self.next().answer_and_ask().await
    }

    /// The same, with an answer that is awaited later.
    pub async fn ask_first_later(&self) -> Result<u32, CallError> {
        let answer = self.next().answer_and_ask().sent().await.unwrap();
        answer.await
    }

    /// Answers, and then asks the next actor.
    pub async fn answer_and_ask(&self, reply: Reply<u32>) {
        let next = self.next();
        reply.send(1);
        next.one().await.unwrap();
    }

    /// Asks the next actor once `gate` opens.
    pub async fn ask_after(&self, gate: oneshot::Receiver<()>) -> Result<u32, CallError> {
        gate.await.unwrap();
        self.ask().await
    }

    /// Lets the next actor ask, polls the answer once, and returns without waiting for it.
    pub fn ask_and_leave(&self, gate: oneshot::Receiver<()>) -> Answer<Result<u32, CallError>> {
        let mut answer = self.next().ask_after(gate).try_call().unwrap();
        let mut cx = Context::from_waker(Waker::noop());
        assert!(Pin::new(&mut answer).poll(&mut cx).is_pending());
        answer
    }

    /// Sends more values than a stream buffers.
    pub async fn list(&self, mut values: Replies<u32>) {
        for value in 0..18 {
            if values.send(value).await.is_err() {
                return;
            }
        }
    }

    /// Casts to the next actor. Returns how many casts were refused.
    pub async fn flood(&self, casts: u32) -> u32 {
        let mut refused = 0;
        for _ in 0..casts {
            match self.next().one().cast().await {
                Ok(()) => {}
                Err(SendError::WouldDeadlock(_)) => refused += 1,
                Err(other) => unreachable!("{other:?}"),
            }
        }
        refused
    }

    fn next(&self) -> LinkHandle {
        self.next.as_ref().unwrap().upgrade().unwrap()
    }
}

type Tasks = Vec<JoinHandle<()>>;

async fn ring(links: usize, capacity: usize) -> (Vec<LinkHandle>, Tasks) {
    let (handles, tasks): (Vec<_>, Vec<_>) = (0..links)
        .map(|_| {
            let builder = Builder::new().mailbox(Capacity::bounded(capacity));
            let (handle, run) = builder.pair(Link::default());
            (handle, spawn(async { drop(run.await) }))
        })
        .unzip();
    for (at, handle) in handles.iter().enumerate() {
        let next = actor_runtime::ActorHandle::downgrade(&handles[(at + 1) % links]);
        handle.set_next(next).await.unwrap();
    }
    (handles, tasks)
}

async fn end(handles: Vec<LinkHandle>, tasks: Tasks) {
    drop(handles);
    for task in tasks {
        task.await.unwrap();
    }
}

/// All ask at once, each in its own way.
fn asked_at_once(links: usize) {
    block_on(async {
        let (handles, tasks) = ring(links, 4).await;
        let asking: Vec<_> = handles
            .iter()
            .enumerate()
            .map(|(at, handle)| {
                let handle = handle.clone();
                spawn(async move {
                    if at % 2 == 0 { handle.ask().await } else { handle.ask_later().await }
                })
            })
            .collect();
        for asking in asking {
            match asking.await.unwrap().unwrap().map_err(CallError::into_kind) {
                Ok(1) | Err(CallErrorKind::WouldDeadlock { .. }) => {}
                other => panic!("{other:?}"),
            }
        }
        end(handles, tasks).await;
    });
}

fn two() {
    asked_at_once(2);
}

fn three() {
    asked_at_once(3);
}

#[test]
fn a_ring_is_never_missed() {
    explore(two);
    explore(three);
}

#[test]
#[should_panic(expected = "deadlock")]
fn finds_waits_that_miss_each_other() {
    explore_with_bug("a wait looks before it is on record", two);
}

/// The first asks the second, which answers and then asks the third, which asks the first: no ring.
fn no_ring(is_later: bool) {
    block_on(async {
        let (handles, tasks) = ring(3, 4).await;
        let [first, _, third] = &handles[..] else { unreachable!() };
        let (first, third) = (first.clone(), third.clone());
        let asking = spawn(async move {
            let outcome =
                if is_later { first.ask_first_later().await } else { first.ask_first().await };
            assert_eq!(outcome.unwrap(), Ok(1));
        });
        let closing = spawn(async move { assert_eq!(third.ask().await.unwrap(), Ok(1)) });
        asking.await.unwrap();
        closing.await.unwrap();
        end(handles, tasks).await;
    });
}

fn no_ring_of_calls() {
    no_ring(false);
}

fn no_ring_of_answers() {
    no_ring(true);
}

#[test]
fn waits_that_follow_each_other_are_not_a_ring() {
    explore(no_ring_of_calls);
    explore(no_ring_of_answers);
}

#[test]
#[should_panic(expected = "WouldDeadlock")]
fn finds_a_wait_that_is_over_and_counts() {
    explore_with_bug("an answer leaves its wait on record", no_ring_of_calls);
}

#[test]
#[should_panic(expected = "WouldDeadlock")]
fn finds_a_ring_closed_by_a_wait_that_is_over() {
    explore_with_bug("a wait that is over closes a ring", no_ring_of_answers);
}

#[test]
#[should_panic(expected = "WouldDeadlock")]
fn finds_a_ring_that_never_was() {
    explore_with_bug("a ring is believed that never was", no_ring_of_calls);
}

/// Two that cast to each other, with room for one message each.
fn floods() {
    block_on(async {
        let (handles, tasks) = ring(2, 1).await;
        let flooding: Vec<_> = handles
            .iter()
            .map(|handle| {
                let handle = handle.clone();
                spawn(async move { handle.flood(3).await.unwrap() })
            })
            .collect();
        for flooding in flooding {
            flooding.await.unwrap();
        }
        end(handles, tasks).await;
    });
}

#[test]
fn waits_for_room_are_part_of_a_ring() {
    explore(floods);
}

#[test]
#[should_panic(expected = "deadlock")]
fn finds_waits_for_room_that_miss_each_other() {
    explore_with_bug("a wait looks before it is on record", floods);
}

/// The first lets the second ask the first, and returns: it no longer waits, so that is no ring.
fn a_handler_that_leaves_its_wait() {
    block_on(async {
        let (handles, tasks) = ring(2, 4).await;
        let (open, gate) = oneshot::channel();
        let answer = handles[0].ask_and_leave(gate).await.unwrap();
        // The reply came from the handler. This one is of a later message.
        handles[0].one().await.unwrap();
        open.send(()).unwrap();
        assert_eq!(answer.await.unwrap(), Ok(1));
        end(handles, tasks).await;
    });
}

#[test]
fn a_wait_ends_with_its_handler() {
    explore(a_handler_that_leaves_its_wait);
}

#[test]
#[should_panic(expected = "WouldDeadlock")]
fn finds_a_handler_that_is_over_and_waits_on() {
    explore_with_bug("a handler that is over waits on", a_handler_that_leaves_its_wait);
}

/// A reader that calls the actor that streams, while its handler waits for room in the stream.
fn a_reader_that_calls_back() {
    block_on(async {
        let (handles, tasks) = ring(1, 4).await;
        let link = handles[0].clone();
        let reading = spawn(async move {
            let mut values = link.list();
            let first = values.next().await.unwrap().unwrap();
            assert_eq!((first, link.one().await.unwrap()), (0, 1));
            let mut read = 1;
            while let Some(value) = values.next().await {
                assert_eq!(value.unwrap(), read);
                read += 1;
            }
            assert_eq!(read, 18);
        });
        reading.await.unwrap();
        end(handles, tasks).await;
    });
}

#[test]
fn a_reader_may_call_the_actor_that_streams() {
    explore(a_reader_that_calls_back);
}

#[test]
#[should_panic(expected = "deadlock")]
fn finds_a_writer_that_waits_for_its_caller() {
    explore_with_bug("a writer is not told that it need not wait", a_reader_that_calls_back);
}
