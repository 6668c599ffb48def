//! Unread replies: whichever caller gives up, and whenever, each element is with one caller or with
//! the actor.

use std::{collections::VecDeque, future::poll_fn, pin::Pin, task::Poll};

use actor_runtime::{ActorHandle, Builder, Reply, actor, cancel_safe::assume_cancel_safe};
use shuttle::future::{JoinHandle, block_on, spawn, yield_now};

use crate::explore::{explore, explore_with_bug};

/// Hands out elements.
struct Purse {
    elements: VecDeque<u32>,
    waiting: VecDeque<Reply<u32>>,
}

#[actor]
impl Purse {
    /// Takes the next element.
    #[cancel_safe(undelivered = put_back)]
    pub fn take(&mut self) -> u32 {
        self.elements.pop_front().unwrap_or(0)
    }

    /// Takes the next element, after it has yielded.
    #[cancel_safe(undelivered = put_back)]
    pub async fn take_slowly(&mut self) -> u32 {
        assume_cancel_safe("a turn is nothing", yield_now()).await;
        self.elements.pop_front().unwrap_or(0)
    }

    /// Takes the next element, or one that comes back.
    #[cancel_safe(undelivered = put_back)]
    pub fn take_later(&mut self, reply: Reply<u32>) {
        self.waiting.push_back(reply);
        self.serve();
    }

    /// Never replies.
    #[cancel_safe(idempotent)]
    pub async fn stuck(&mut self) {
        assume_cancel_safe("it does nothing", std::future::pending::<()>()).await;
    }

    fn put_back(&mut self, element: u32) {
        if element > 0 {
            self.elements.push_front(element);
            self.serve();
        }
    }

    fn serve(&mut self) {
        while !self.elements.is_empty() {
            let Some(reply) = self.waiting.pop_front() else { return };
            if let Some(element) = self.elements.pop_front() {
                reply.send(element);
            }
        }
    }
}

/// Starts a purse as a task of the model, which returns the elements left in it.
fn start(elements: u32) -> (PurseHandle, JoinHandle<Vec<u32>>) {
    let purse = Purse { elements: (1..=elements).collect(), waiting: VecDeque::new() };
    let (handle, run) = Builder::new().pair(purse);
    let task = spawn(async move {
        let exit = run.await;
        exit.actor.expect("it ends in order").elements.into()
    });
    (handle, task)
}

/// Polls `future` at most `times`, yields in between, and drops it.
async fn within<F: Future + Unpin>(times: u32, mut future: F) -> Option<F::Output> {
    for _ in 0..times {
        let polled = poll_fn(|cx| Poll::Ready(Pin::new(&mut future).poll(cx))).await;
        if let Poll::Ready(output) = polled {
            return Some(output);
        }
        yield_now().await;
    }
    None
}

/// Gives up two times out of three, and calls again at once.
async fn impatient(purse: PurseHandle, rounds: u32) -> Vec<u32> {
    let mut read = Vec::new();
    for round in 0..rounds {
        let element = within(1 + round % 3, purse.take()).await;
        read.extend(element.map(Result::unwrap));
    }
    read
}

fn one_caller_that_gives_up_and_retries() {
    block_on(async {
        let (purse, task) = start(4);
        let mut read = spawn(impatient(purse.clone(), 5)).await.unwrap();
        drop(purse);
        read.extend(task.await.unwrap());
        assert_eq!(read, [1, 2, 3, 4], "lost, twice or out of order");
    });
}

#[test]
fn one_caller_gets_all_elements_in_order() {
    explore(one_caller_that_gives_up_and_retries);
}

#[test]
#[should_panic(expected = "lost, twice or out of order")]
fn finds_an_unread_reply_that_is_dropped() {
    explore_with_bug("an unread answer is dropped", one_caller_that_gives_up_and_retries);
}

#[test]
#[should_panic(expected = "lost, twice or out of order")]
fn finds_a_message_handled_before_an_unread_reply_is_taken_back() {
    explore_with_bug("a message comes before what came back", one_caller_that_gives_up_and_retries);
}

fn two_callers_that_give_up() {
    block_on(async {
        let (purse, task) = start(4);
        let callers = [3, 3].map(|rounds| spawn(impatient(purse.clone(), rounds)));
        drop(purse);
        let mut all = Vec::new();
        for caller in callers {
            all.extend(caller.await.unwrap());
        }
        all.extend(task.await.unwrap());
        all.retain(|element| *element > 0);
        all.sort_unstable();
        assert_eq!(all, [1, 2, 3, 4], "lost or twice");
    });
}

#[test]
fn two_callers_that_give_up_lose_nothing() {
    explore(two_callers_that_give_up);
}

#[test]
#[should_panic(expected = "lost or twice")]
fn finds_an_element_lost_by_two_callers() {
    explore_with_bug("an unread answer is dropped", two_callers_that_give_up);
}

/// Looks at each answer, and then takes every second one. One that is only looked at comes back.
async fn onlooker(purse: PurseHandle, rounds: u32) -> Vec<u32> {
    let mut read = Vec::new();
    for round in 0..rounds {
        let mut answer = purse.take_slowly().sent().await.unwrap();
        let looked = answer.look(|element| *element).await.unwrap();
        if round % 2 == 1 {
            assert_eq!(answer.try_take(), Some(Ok(looked)), "another answer than was looked at");
            read.push(looked);
        }
    }
    read
}

fn answers_that_are_looked_at() {
    block_on(async {
        let (purse, task) = start(4);
        let looking = spawn(onlooker(purse.clone(), 4));
        let impatient = spawn(impatient(purse.clone(), 2));
        drop(purse);
        let mut all = looking.await.unwrap();
        assert_eq!(all.len(), 2);
        all.extend(impatient.await.unwrap());
        all.extend(task.await.unwrap());
        all.retain(|element| *element > 0);
        all.sort_unstable();
        assert_eq!(all, [1, 2, 3, 4], "lost or twice");
    });
}

#[test]
fn an_answer_that_is_looked_at_is_there_until_it_is_taken() {
    explore(answers_that_are_looked_at);
}

#[test]
#[should_panic(expected = "another answer than was looked at")]
fn finds_an_answer_that_is_taken_by_looking() {
    explore_with_bug("who looks takes the answer", answers_that_are_looked_at);
}

#[test]
#[should_panic(expected = "deadlock")]
fn finds_one_who_looks_and_is_not_woken() {
    explore_with_bug("who looks is not woken", answers_that_are_looked_at);
}

fn a_reply_that_comes_back_to_a_waiting_caller() {
    block_on(async {
        let (purse, task) = start(1);
        let leaver = spawn({
            let purse = purse.clone();
            async move { within(2, purse.take_later()).await }
        });
        let taken = leaver.await.unwrap();
        let patient = if taken.is_some() { None } else { Some(purse.take_later().await.unwrap()) };
        drop(purse);
        assert!(task.await.unwrap().is_empty());
        assert_eq!([taken.and_then(Result::ok), patient].iter().flatten().count(), 1);
    });
}

#[test]
fn a_returned_reply_goes_to_a_waiting_caller() {
    explore(a_reply_that_comes_back_to_a_waiting_caller);
}

/// The waiting caller has called before the other gives up, so nothing but the returned reply wakes
/// the actor.
fn a_reply_that_comes_back_to_a_sleeping_actor() {
    block_on(async {
        let (purse, task) = start(1);
        let first = purse.take_later().sent().await.unwrap();
        let second = purse.take_later().sent().await.unwrap();
        // Both have been taken from the mailbox.
        while purse.mailbox_len() > 0 {
            yield_now().await;
        }
        let leaver = spawn(async move { drop(first) });
        assert_eq!(second.await, Ok(1));
        leaver.await.unwrap();
        drop(purse);
        assert!(task.await.unwrap().is_empty());
    });
}

#[test]
fn a_returned_reply_wakes_the_actor() {
    explore(a_reply_that_comes_back_to_a_sleeping_actor);
}

#[test]
#[should_panic(expected = "deadlock")]
fn finds_a_returned_reply_that_does_not_wake_the_actor() {
    explore_with_bug(
        "an answer comes back in silence",
        a_reply_that_comes_back_to_a_sleeping_actor,
    );
}

fn a_body_whose_caller_gives_up() {
    block_on(async {
        let (purse, task) = start(2);
        let stuck = spawn({
            let purse = purse.clone();
            async move { within(3, purse.stuck()).await }
        });
        let slow = spawn({
            let purse = purse.clone();
            async move { within(2, purse.take_slowly()).await }
        });
        let mut all = vec![purse.take().await.unwrap()];
        assert!(stuck.await.unwrap().is_none());
        all.extend(slow.await.unwrap().map(Result::unwrap));
        drop(purse);
        all.extend(task.await.unwrap());
        all.sort_unstable();
        assert_eq!(all, [1, 2], "lost or twice");
    });
}

#[test]
fn a_body_is_dropped_with_its_caller() {
    explore(a_body_whose_caller_gives_up);
}

#[test]
#[should_panic(expected = "deadlock")]
fn finds_a_body_that_outlives_its_caller() {
    explore_with_bug("a body is not told that its caller left", a_body_whose_caller_gives_up);
}

fn a_shutdown_against_readers() {
    block_on(async {
        let (purse, task) = start(3);
        let answer = purse.take().sent().await.unwrap();
        let reader = spawn(answer);
        let unread = purse.take().sent().await.unwrap();
        let leaver = spawn({
            let purse = purse.clone();
            async move { within(2, purse.take()).await }
        });
        // Nothing hangs, although one answer is not polled until the end.
        purse.shutdown().await;
        let mut all: Vec<_> = reader.await.unwrap().into_iter().collect();
        all.extend(leaver.await.unwrap().and_then(Result::ok));
        all.extend(unread.await);
        all.extend(task.await.unwrap());
        all.sort_unstable();
        assert_eq!(all, [1, 2, 3], "lost or twice");
    });
}

#[test]
fn at_shutdown_each_element_is_with_its_caller_or_with_the_actor() {
    explore(a_shutdown_against_readers);
}

fn a_shutdown_and_a_drop_after_it() {
    block_on(async {
        let (purse, task) = start(2);
        let unread = purse.take().sent().await.unwrap();
        purse.shutdown().await;
        drop(unread);
        assert_eq!(task.await.unwrap(), [1, 2], "lost at the end");
    });
}

#[test]
fn unread_replies_are_taken_back_at_shutdown() {
    explore(a_shutdown_and_a_drop_after_it);
}

#[test]
#[should_panic(expected = "lost at the end")]
fn finds_unread_replies_that_are_not_taken_back_at_shutdown() {
    explore_with_bug("what is unread at the end stays unread", a_shutdown_and_a_drop_after_it);
}
