//! Calls that would deadlock: a handler that calls its own actor is refused, and so is a call that closes
//! a ring. Calls that only look like a ring are accepted.

use std::sync::{Arc, Mutex};

use actor_runtime::{
    ActorHandle, Answer, CallError, CallErrorKind, Context, Replies, Reply, SendError, actor,
};

use crate::support::{Gate, Rig, outcome, pending, ready, rig, said};

/// Calls itself.
#[derive(Default)]
struct Narcissus {
    answers: Vec<Answer<u32>>,
}

#[actor(mailbox = 1)]
impl Narcissus {
    /// One.
    pub(crate) fn one(&self) -> u32 {
        1
    }

    /// Awaits a call to itself.
    pub(crate) async fn call(&self, context: &Context<Self>) -> String {
        let this = context.handle().upgrade().unwrap();
        let mut call = this.one();
        let error = (&mut call).await.unwrap_err();
        assert!(
            matches!(&error.kind(), CallErrorKind::WouldDeadlock { ring, .. } if ring.is_empty())
        );
        assert!(error.is_safe_to_retry());
        assert!(matches!(call.into_message(), Some(NarcissusMessage::One { .. })));
        error.to_string()
    }

    /// Sends itself a message, and awaits the reply.
    pub(crate) async fn answer(&self, context: &Context<Self>) -> String {
        let this = context.handle().upgrade().unwrap();
        let answer = this.one().sent().await.unwrap();
        let error = answer.await.unwrap_err();
        // `one` was accepted, and runs after this handler unless the answer was dropped.
        assert!(!error.is_safe_to_retry());
        error.to_string()
    }

    /// Sends itself a message, and keeps the answer for a later handler.
    pub(crate) async fn answer_later(&mut self, context: &Context<Self>) {
        let this = context.handle().upgrade().unwrap();
        self.answers.push(this.one().sent().await.unwrap());
    }

    /// The outcome of `answer_later`.
    pub(crate) fn later(&mut self) -> Option<Result<u32, CallError>> {
        self.answers.pop()?.try_take()
    }

    /// Sends itself two messages, with room for one.
    pub(crate) async fn cast(&self, context: &Context<Self>) -> String {
        let this = context.handle().upgrade().unwrap();
        this.one().cast().await.unwrap();
        match this.one().cast().await {
            Err(SendError::WouldDeadlock(unsent)) => {
                assert_eq!(format!("{unsent:?}"), "Narcissus::one");
            }
            other => panic!("{other:?}"),
        }
        this.one().sent().await.unwrap_err().to_string()
    }

    /// Makes the call from a task of its own.
    pub(crate) fn through_a_task(&self, reply: Reply<u32>, context: &Context<Self>) {
        let this = context.handle().upgrade().unwrap();
        tokio::spawn(async move { reply.send(this.one().await.unwrap()) });
    }

    /// Calls itself from a blocked thread.
    pub(crate) fn blocking(&self, context: &Context<Self>) -> String {
        said(context.handle().upgrade().unwrap().one().blocking())
    }
}

const TO_ONESELF: &str = "`Narcissus::one` was called from a handler of the same actor, \
                          which would wait for itself";

#[test]
fn a_handler_cannot_call_its_own_actor() {
    let (narcissus, mut actor) = rig(Narcissus::default());
    let mut call = pending(narcissus.call());
    actor.turn();
    assert_eq!(outcome(&mut call), format!("answered {TO_ONESELF:?}"));
    let mut call = pending(narcissus.answer());
    actor.turn();
    assert_eq!(outcome(&mut call), format!("answered {TO_ONESELF:?}"));
}

#[test]
fn a_handler_cannot_block_on_its_own_actor() {
    let narcissus = actor_runtime::spawn_thread(Narcissus::default).unwrap();
    assert_eq!(narcissus.blocking().blocking().unwrap(), TO_ONESELF);
}

#[test]
fn a_later_handler_can_read_an_answer_from_its_own_actor() {
    let (narcissus, mut actor) = rig(Narcissus::default());
    narcissus.answer_later().try_cast().unwrap();
    actor.turn();
    let mut later = pending(narcissus.later());
    actor.turn();
    assert_eq!(outcome(&mut later), "answered Some(Ok(1))");
}

#[test]
fn a_handler_cannot_wait_for_room_in_its_own_mailbox() {
    let (narcissus, mut actor) = rig(Narcissus::default());
    let mut call = pending(narcissus.cast());
    actor.turn();
    let refused = "`Narcissus::one` was not accepted: its actor would wait for its sender, which waits for room";
    assert_eq!(outcome(&mut call), format!("answered {refused:?}"));
    assert_eq!(narcissus.stats().waiting, 0);
}

#[tokio::test]
async fn a_task_spawned_by_a_handler_may_call_the_actor() {
    let narcissus = actor_runtime::spawn(Narcissus::default());
    assert_eq!(narcissus.through_a_task().await, Ok(1));
}

#[test]
#[should_panic(expected = "`Narcissus` waits for its own end")]
fn a_handler_that_waits_for_its_own_exit_panics() {
    struct Narcissus;
    #[actor]
    impl Narcissus {
        /// Shuts itself down, and waits for the exit.
        pub(crate) async fn end(&self, context: &Context<Self>) {
            context.handle().upgrade().unwrap().shutdown().await;
        }
    }
    let (narcissus, mut actor) = rig(Narcissus);
    narcissus.end().try_cast().unwrap();
    // The panic ends the actor, so the test raises it again.
    panic!("{}", actor.reason());
}

/// Knows the next actor in a ring.
#[derive(Default)]
struct Link {
    next: Option<LinkHandle>,
    answer: Option<Answer<u32>>,
}

#[actor]
impl Link {
    /// Closes the ring.
    pub(crate) fn set_next(&mut self, next: LinkHandle) {
        self.next = Some(next);
    }

    /// One.
    pub(crate) fn one(&self) -> u32 {
        1
    }

    /// Asks the next actor, which asks the next, `steps` times.
    pub(crate) async fn ask(&self, steps: u32) -> Result<u32, CallError> {
        match (&self.next, steps) {
            (Some(next), 1) => next.one().await,
            (Some(next), _) => Box::pin(next.ask(steps - 1)).await?,
            (None, _) => Ok(0),
        }
    }

    /// Asks the next actor, which replies later.
    pub(crate) async fn ask_another(&self, desk: Desk) -> Result<u32, CallError> {
        match &self.next {
            Some(next) => next.pass_on(desk).await,
            None => Ok(0),
        }
    }

    /// Asks the next actor, polls the answer once, and keeps it.
    pub(crate) async fn peek(&mut self, gate: Gate) {
        let Some(next) = &self.next else { return };
        let mut answer = next.behind(gate).sent().await.unwrap();
        assert!(futures::poll!(&mut answer).is_pending());
        self.answer = Some(answer);
    }

    /// Waits for the gate, and asks the next actor.
    pub(crate) async fn behind(&self, gate: Gate) -> u32 {
        gate.passed().await;
        match &self.next {
            Some(next) => next.one().await.unwrap_or(0),
            None => 0,
        }
    }

    /// The outcome of `peek`.
    pub(crate) fn peeked(&mut self) -> Option<Result<u32, CallError>> {
        self.answer.as_mut()?.try_take()
    }

    /// Leaves the reply on the desk.
    pub(crate) fn pass_on(&self, desk: Desk, reply: Reply<u32>) {
        desk.0.lock().unwrap().push(reply);
    }
}

/// Holds replies that the test sends.
#[derive(Clone, Default)]
struct Desk(Arc<Mutex<Vec<Reply<u32>>>>);

/// A ring of so many actors, each of which knows the next.
fn ring(actors: usize) -> (Vec<LinkHandle>, Vec<Rig<Link>>) {
    let (handles, mut loops): (Vec<_>, Vec<_>) = (0..actors).map(|_| rig(Link::default())).unzip();
    for (at, handle) in handles.iter().enumerate() {
        handle.set_next(handles[(at + 1) % actors].clone()).try_cast().unwrap();
        loops[at].turn();
    }
    (handles, loops)
}

fn turn_all(loops: &mut [Rig<Link>]) {
    for _ in 0..=2 * loops.len() {
        loops.iter_mut().for_each(Rig::turn);
    }
}

#[test]
fn a_ring_of_calls_is_refused_and_named_in_the_error() {
    let (handles, mut loops) = ring(2);
    let mut call = pending(handles[0].ask(2));
    turn_all(&mut loops);
    let error = ready(&mut call).unwrap().unwrap_err();
    assert_eq!(
        error.to_string(),
        "`Link::one` would wait for its own caller: its actor waits for `Link::ask`, \
         which is the caller"
    );
    assert!(matches!(error.kind(), CallErrorKind::WouldDeadlock { ring, .. } if ring.len() == 1));

    let (handles, mut loops) = ring(3);
    let mut call = pending(handles[0].ask(3));
    turn_all(&mut loops);
    let error = ready(&mut call).unwrap().unwrap_err();
    assert!(matches!(error.kind(), CallErrorKind::WouldDeadlock { ring, .. } if ring.len() == 2));
}

#[test]
fn a_chain_of_calls_is_not_a_ring() {
    let (handles, mut loops) = ring(3);
    let mut call = pending(handles[0].ask(2));
    turn_all(&mut loops);
    assert_eq!(outcome(&mut call), "answered Ok(1)");
    // The recorded waits are gone.
    let mut call = pending(handles[2].ask(2));
    turn_all(&mut loops);
    assert_eq!(outcome(&mut call), "answered Ok(1)");
}

#[test]
fn a_deferred_reply_does_not_close_a_ring() {
    let (handles, mut loops) = ring(2);
    let desk = Desk::default();
    let mut waits = pending(handles[0].ask_another(desk.clone()));
    turn_all(&mut loops);
    // The second actor owes the first a reply, but runs no handler for it any more.
    let mut calls = pending(handles[1].ask(1));
    turn_all(&mut loops);
    assert!(!calls.is_woken(), "the first is busy, and will be free");
    desk.0.lock().unwrap().pop().unwrap().send(5);
    turn_all(&mut loops);
    assert_eq!(outcome(&mut waits), "answered Ok(5)");
    assert_eq!(outcome(&mut calls), "answered Ok(1)");
}

#[test]
fn an_answer_that_is_no_longer_awaited_does_not_close_a_ring() {
    let (handles, mut loops) = ring(2);
    let gate = Gate::default();
    handles[0].peek(gate.clone()).try_cast().unwrap();
    turn_all(&mut loops);
    // The first actor has polled the answer once and gone on. Now the second calls the first.
    gate.open();
    turn_all(&mut loops);
    let mut peeked = pending(handles[0].peeked());
    turn_all(&mut loops);
    assert_eq!(outcome(&mut peeked), "answered Some(Ok(1))");
}

/// Reads a stream of its own.
#[derive(Debug)]
struct Echo;

#[actor]
impl Echo {
    /// Sends nothing.
    pub(crate) fn sound(&self, _sounds: Replies<u32>) {}

    /// Reads its own stream to the end, and counts what it reads.
    pub(crate) async fn listen(&self, context: &Context<Self>) -> usize {
        let this = context.handle().upgrade().unwrap();
        let mut sounds = this.sound().sent().await.unwrap();
        let mut read = 0;
        while let Some(sound) = sounds.next().await {
            assert!(matches!(
                sound.map_err(CallError::into_kind),
                Err(CallErrorKind::WouldDeadlock { accepted: true, .. })
            ));
            read += 1;
        }
        read
    }
}

#[test]
fn a_handler_cannot_read_a_stream_of_its_own_actor() {
    let (echo, mut actor) = rig(Echo);
    let mut call = pending(echo.listen());
    actor.turn();
    assert_eq!(outcome(&mut call), "answered 1");
}
