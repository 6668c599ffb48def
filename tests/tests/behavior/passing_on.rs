//! Calls that are passed on: an answer that is looked at stays unread, and an idle actor is called at once.

use std::{
    future::poll_fn,
    task::{Context, Poll},
};

use actor_runtime::{ActorHandle, CallErrorKind, TrySendError, actor, spawn};

use crate::support::{Gate, Log, now, pending, ready, rig, runs_inline, still_pending};

struct Tickets {
    log: Log,
    free: Vec<u32>,
}

#[actor(mailbox = 1)]
impl Tickets {
    /// Takes a ticket.
    #[cancel_safe(undelivered = put_back)]
    pub(crate) fn take(&mut self) -> Option<u32> {
        self.free.pop()
    }

    fn put_back(&mut self, ticket: Option<u32>) {
        self.log.add(format!("back {ticket:?}"));
        self.free.extend(ticket);
    }

    /// Counts them.
    pub(crate) fn count(&self) -> usize {
        self.log.add("count");
        self.free.len()
    }

    /// Waits for the gate.
    pub(crate) async fn wait(&self, gate: Gate) {
        gate.passed().await;
    }

    /// Panics.
    pub(crate) fn panic(&self) {
        panic!("on purpose");
    }
}

fn tickets() -> (Tickets, Log) {
    let log = Log::default();
    (Tickets { log: log.clone(), free: vec![1, 2] }, log)
}

#[test]
fn an_answer_that_was_looked_at_comes_back() {
    let (tickets, log) = tickets();
    let (tickets, mut actor) = rig(tickets);
    let mut answer = tickets.take().try_call().unwrap();
    {
        let mut look = pending(answer.look(|ticket| *ticket));
        still_pending(&mut look);
        actor.turn();
        assert_eq!(ready(&mut look), Ok(Some(2)));
    }
    // As often as one likes.
    assert_eq!(now(answer.look(|ticket| *ticket)), Ok(Some(2)));
    drop(answer);
    actor.turn();
    assert_eq!(log.take(), ["back Some(2)"]);
}

#[test]
fn an_answer_that_is_taken_after_a_look_is_read() {
    let (tickets, log) = tickets();
    let (tickets, mut actor) = rig(tickets);
    let mut answer = tickets.take().try_call().unwrap();
    actor.turn();
    assert_eq!(now(answer.look(|ticket| *ticket)), Ok(Some(2)));
    assert_eq!(answer.try_take(), Some(Ok(Some(2))));
    assert_eq!(answer.try_take(), None);
    drop(answer);
    actor.turn();
    assert_eq!(log.take(), [""; 0]);
}

#[test]
fn a_look_tells_why_there_is_no_answer() {
    let (tickets, _) = tickets();
    let (tickets, actor) = rig(tickets);
    let mut answer = tickets.count().try_call().unwrap();
    drop(actor);
    let error = now(answer.look(|count| *count)).unwrap_err();
    assert_eq!(error.kind(), &CallErrorKind::Stopped);
    // It is still there to be taken.
    assert_eq!(answer.try_take().unwrap().unwrap_err().kind(), &CallErrorKind::Stopped);
}

/// Sends the call with `poll_try_call`, from a task.
async fn passed_on<T>(pass: impl FnOnce(&mut Context<'_>) -> T) -> T {
    let mut pass = Some(pass);
    poll_fn(|cx| Poll::Ready(pass.take().map(|pass| pass(cx)))).await.expect("it is ready at once")
}

#[tokio::test]
async fn an_idle_actor_answers_a_call_that_is_passed_on_at_once() {
    let (tickets, log) = tickets();
    let tickets = spawn(tickets);
    // The loop leaves the actor to its callers.
    tickets.count().await.unwrap();
    while !log.take().is_empty() {
        tokio::task::yield_now().await;
    }
    let (handle, seen) = (tickets.clone(), log.clone());
    let task = tokio::spawn(async move {
        let mut answer = passed_on(|cx| handle.count().poll_try_call(cx)).await.unwrap();
        let ran = seen.take();
        (ran, answer.try_take())
    });
    let (ran, taken) = task.await.unwrap();
    if runs_inline() {
        assert_eq!((ran, taken), (vec!["count".to_owned()], Some(Ok(2))));
    } else {
        assert_eq!((ran, taken), (vec![], None));
    }
}

#[tokio::test]
async fn a_busy_actor_gets_the_message_of_a_call_that_is_passed_on() {
    let (tickets, _) = tickets();
    let tickets = spawn(tickets);
    let gate = Gate::default();
    let waiting = tickets.wait(gate.clone()).try_call().unwrap();
    tokio::task::yield_now().await;
    let mut answer = passed_on(|cx| tickets.count().poll_try_call(cx)).await.unwrap();
    assert_eq!(answer.try_take(), None);
    let refused = passed_on(|cx| tickets.count().poll_try_call(cx)).await;
    assert!(matches!(refused, Err(TrySendError::Full(_))), "{refused:?}");
    gate.open();
    assert_eq!(answer.await, Ok(2));
    assert_eq!(waiting.await, Ok(()));
    tickets.shutdown().await;
    let refused = passed_on(|cx| tickets.count().poll_try_call(cx)).await;
    assert!(matches!(refused, Err(TrySendError::Closed(_))), "{refused:?}");
}

#[tokio::test]
async fn a_panic_of_a_call_that_is_passed_on_is_its_answer() {
    let (tickets, _) = tickets();
    let tickets = spawn(tickets);
    tickets.count().await.unwrap();
    let handle = tickets.clone();
    let task = tokio::spawn(async move {
        passed_on(|cx| handle.panic().poll_try_call(cx)).await.unwrap().await
    });
    let error = task.await.unwrap().unwrap_err();
    assert!(matches!(error.kind(), CallErrorKind::Panicked { .. }), "{error}");
    assert!(!tickets.exited().await.is_orderly(), "the actor has ended");
}
