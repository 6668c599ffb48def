//! `Answers`: many answers to wait for at once, as an event source.

use std::task::Poll;

use actor_runtime::{
    ActorHandle, Answers, CallError, CallErrorKind, Capacity, Context, ExitReason, MockMailbox,
    Reply, actor, select, spawn,
};
use futures::StreamExt;
use tokio_test::task;

use crate::support::{now, outcome, pending, ready, rig, said, still_pending};

/// Answers as the tests choose.
struct Desk;

#[actor]
impl Desk {
    /// Answers the number.
    pub(crate) fn ask(&self, number: u32, caller: Reply<u32>) {
        caller.send(number);
    }

    /// Panics.
    pub(crate) fn fail(&self) -> u32 {
        panic!("no answer")
    }
}

/// Answers to `count` calls, with their numbers as keys.
fn asked(count: u32) -> (Answers<u32, u32>, MockMailbox<DeskMessage>, DeskHandle) {
    let (desk, messages) = DeskHandle::mock_with(Capacity::UNBOUNDED);
    let mut answers = Answers::new();
    for number in 0..count {
        answers.insert(number, desk.ask(number).try_call().unwrap());
    }
    (answers, messages, desk)
}

fn replies(messages: &mut MockMailbox<DeskMessage>) -> Vec<Reply<u32>> {
    let reply = |message| match message {
        DeskMessage::Ask { reply, .. } | DeskMessage::Fail { reply } => reply,
    };
    std::iter::from_fn(|| messages.try_recv().map(reply)).collect()
}

#[test]
fn outcomes_come_with_their_keys_in_the_order_of_arrival() {
    let (mut answers, mut messages, _desk) = asked(3);
    let mut replies = replies(&mut messages);
    let mut next = pending(answers.next());
    replies.pop().unwrap().send(22);
    assert_eq!(ready(&mut next), Some((2, Ok(22))));
    drop(next);
    for reply in replies {
        reply.send(11);
    }
    assert_eq!(now(answers.next()), Some((0, Ok(11))));
    assert_eq!(now(answers.next()), Some((1, Ok(11))));
    assert_eq!(now(answers.next()), None);
    assert!(answers.is_empty());
}

#[test]
fn an_error_is_an_outcome() {
    let (desk, mut actor) = rig(Desk);
    let mut answers = Answers::new();
    answers.insert("fails", desk.fail().try_call().unwrap());
    answers.insert("waits", desk.ask(1).try_call().unwrap());
    actor.turn();
    let outcomes: Vec<_> = now(answers.by_ref().map(|(key, got)| (key, said(got))).collect());
    assert_eq!(
        outcomes,
        [
            ("fails", "`Desk::fail` panicked: no answer".to_owned()),
            ("waits", "the actor stopped before it answered `Desk::ask`".to_owned())
        ]
    );
}

#[test]
fn dropping_next_loses_nothing() {
    let (mut answers, mut messages, _desk) = asked(2);
    let replies = replies(&mut messages);
    drop(pending(answers.next()));
    let dropped = pending(answers.next());
    for (reply, number) in replies.into_iter().zip([5, 6]) {
        reply.send(number);
    }
    assert!(dropped.is_woken());
    drop(dropped);
    assert_eq!(now(answers.next()), Some((0, Ok(5))));
    assert_eq!(now(answers.next()), Some((1, Ok(6))));
}

#[test]
fn an_answer_that_came_before_it_was_inserted_is_returned() {
    let (desk, mut actor) = rig(Desk);
    let answer = desk.ask(7).try_call().unwrap();
    actor.turn();
    let mut answers = Answers::default();
    answers.insert((), answer);
    assert_eq!(now(answers.next()), Some(((), Ok(7))));
}

#[test]
fn what_is_removed_is_not_returned_and_may_be_awaited() {
    let (mut answers, mut messages, desk) = asked(2);
    answers.insert(1, desk.ask(9).try_call().unwrap());
    let mut replies = replies(&mut messages).into_iter();
    drop(pending(answers.next()));
    let mut removed = pending(answers.remove(&1).unwrap());
    assert_eq!((answers.len(), answers.remove(&7).is_none()), (2, true));
    let mut next = pending(answers.next());
    let (zero, one, nine) =
        (replies.next().unwrap(), replies.next().unwrap(), replies.next().unwrap());
    one.send(1);
    still_pending(&mut next);
    assert_eq!(outcome(&mut removed), "answered 1", "the first with this key");
    nine.send(9);
    assert_eq!(ready(&mut next), Some((1, Ok(9))));
    drop((next, zero));
}

#[test]
fn an_answer_that_arrived_may_be_removed() {
    let (mut answers, mut messages, _desk) = asked(1);
    let mut next = pending(answers.next());
    replies(&mut messages).pop().unwrap().send(3);
    assert!(next.is_woken());
    drop(next);
    assert_eq!(now(answers.remove(&0).unwrap()), Ok(3));
    next = task::spawn(answers.next());
    assert_eq!(next.poll(), Poll::Ready(None));
}

#[test]
fn dropping_the_set_withdraws_the_calls() {
    let (mut answers, mut messages, desk) = asked(2);
    let mut replies = replies(&mut messages);
    answers.insert(2, desk.ask(2).try_call().unwrap());
    let mut gone = pending(replies[0].gone());
    drop(answers);
    ready(&mut gone);
    drop(gone);
    assert!(replies.iter().all(Reply::is_closed));
    assert!(messages.try_recv().is_none(), "a call that was not taken is skipped");
}

/// Reads `polls` of the set's `Debug`.
fn polls<K, R>(answers: &Answers<K, R>) -> usize {
    let text = format!("{answers:?}");
    let (_, polls) = text.split_once("polls: ").unwrap();
    polls.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap()
}

#[test]
fn each_answer_is_polled_twice_whatever_waits_besides() {
    const COUNT: u32 = 10_000;
    let (mut answers, mut messages, _desk) = asked(COUNT);
    let replies = replies(&mut messages);
    assert!(task::spawn(answers.next()).poll().is_pending());
    assert_eq!(polls(&answers), COUNT as usize);
    for (number, reply) in replies.into_iter().enumerate().rev() {
        assert!(task::spawn(answers.next()).poll().is_pending());
        reply.send(1);
        let number = u32::try_from(number).unwrap();
        assert_eq!(now(answers.next()), Some((number, Ok(1))));
    }
    assert_eq!(polls(&answers), 2 * COUNT as usize);
    assert!(answers.is_empty());
}

/// Passes calls on.
struct Front {
    desk: DeskHandle,
    asked: Answers<Reply<u32>, u32>,
}

#[actor(busy_if = !self.asked.is_empty(), messages_if = self.asked.len() < 3)]
impl Front {
    /// Passes the call on.
    pub(crate) fn ask(&mut self, number: u32, caller: Reply<u32>) {
        self.asked.insert(caller, self.desk.ask(number).try_call().unwrap());
    }

    #[on(self.asked.next())]
    fn answered(&mut self, (caller, answer): (Reply<u32>, Result<u32, CallError>)) {
        caller.send(answer.unwrap());
    }
}

#[test]
fn an_actor_answers_from_it_until_its_end() {
    let (desk, mut messages) = DeskHandle::mock();
    let (front, mut actor) = rig(Front { desk, asked: Answers::new() });
    let mut calls: Vec<_> = (0..4).map(|number| pending(front.ask(number))).collect();
    actor.turn();
    let mut first = replies(&mut messages);
    assert_eq!(first.len(), 3, "the window is full");
    let mut shutdown = pending(front.shutdown());
    actor.turn();
    first.pop().unwrap().send(20);
    actor.turn();
    assert_eq!(outcome(&mut calls[2]), "answered 20");
    for reply in replies(&mut messages).into_iter().chain(first) {
        reply.send(1);
    }
    actor.turn();
    for call in [0, 1, 3] {
        assert_eq!(outcome(&mut calls[call]), "answered 1");
    }
    assert_eq!(ready(&mut shutdown), ExitReason::Shutdown);
}

#[tokio::test]
async fn it_is_a_branch_of_select_and_may_be_moved_to_a_task() {
    let desk = spawn(Desk);
    let answers = tokio::spawn(async move {
        let mut answers = Answers::new();
        for number in 0..100 {
            answers.insert(number, desk.ask(number).sent().await.unwrap());
        }
        let mut sum = 0;
        while !answers.is_empty() {
            select! {
                Some((number, answer)) = answers.next() => {
                    assert_eq!(answer, Ok(number));
                    sum += number;
                }
                () = std::future::pending() => {}
            }
        }
        sum
    });
    assert_eq!(answers.await.unwrap(), 4950);
}

/// Waits for the other ones, which call back.
struct Waiting(Vec<CallsBackHandle>);

#[actor]
impl Waiting {
    /// Waits for all.
    pub(crate) async fn wait(&self, context: &Context<Self>) -> Vec<String> {
        let itself = context.handle().upgrade().unwrap();
        let mut answers = Answers::new();
        for (key, other) in self.0.iter().enumerate() {
            answers.insert(key, other.call_back(itself.clone()).try_call().unwrap());
        }
        let mut outcomes = Vec::new();
        while let Some((_, outcome)) = answers.next().await {
            outcomes.push(outcome.unwrap());
        }
        outcomes
    }

    /// Is called back.
    pub(crate) async fn nothing(&self) {}
}

struct CallsBack;

#[actor]
impl CallsBack {
    /// Calls back.
    pub(crate) async fn call_back(&self, waiting: WaitingHandle) -> String {
        match waiting.nothing().await {
            Err(error) if matches!(error.kind(), CallErrorKind::WouldDeadlock { .. }) => {
                "refused".into()
            }
            other => format!("{other:?}"),
        }
    }
}

#[test]
fn a_ring_through_it_is_found() {
    let (handles, mut others): (Vec<_>, Vec<_>) = (0..3).map(|_| rig(CallsBack)).unzip();
    let (waiting, mut actor) = rig(Waiting(handles));
    let mut call = pending(waiting.wait());
    actor.turn();
    for other in &mut others {
        other.turn();
        actor.turn();
    }
    assert_eq!(ready(&mut call).unwrap(), ["refused"; 3]);
}

#[test]
fn a_ring_that_the_waiting_handler_closes_is_found() {
    let (desk, mut desk_loop) = rig(Calling(None));
    let (other, mut other_loop) = rig(Calling(Some(desk.clone())));
    let mut call = pending(desk.call(other.clone()));
    let mut blocked = pending(other.call(other.clone()));
    other_loop.turn();
    desk_loop.turn();
    assert_eq!(outcome(&mut call), "answered true");
    other_loop.turn();
    assert_eq!(outcome(&mut blocked), "answered false");
}

/// Calls another one, through a set.
struct Calling(Option<CallingHandle>);

#[actor]
impl Calling {
    /// Whether the call was refused.
    pub(crate) async fn call(&self, other: CallingHandle) -> bool {
        let to = self.0.clone().unwrap_or(other);
        let mut answers = Answers::new();
        answers.insert((), to.leave().try_call().unwrap());
        let (_, outcome) = answers.next().await.unwrap();
        matches!(outcome.map_err(CallError::into_kind), Err(CallErrorKind::WouldDeadlock { .. }))
    }

    /// Does nothing.
    pub(crate) async fn leave(&self) {}
}
