//! Answers that come back: whoever gives up, and whenever, each element is with one caller or with the
//! actor.

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

    /// Takes the next element, after a while.
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

    /// Never answers.
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

/// A purse as a task of the model, which gives what is left in it.
fn start(elements: u32) -> (PurseHandle, JoinHandle<Vec<u32>>) {
    let purse = Purse { elements: (1..=elements).collect(), waiting: VecDeque::new() };
    let (handle, run) = Builder::new().pair(purse);
    let task = spawn(async move {
        let exit = run.await;
        exit.actor.expect("it ends in order").elements.into()
    });
    (handle, task)
}

/// Polls `future` at most `times`, with a turn for others in between, and drops it.
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

/// Gives up two times out of three, and asks again at once.
async fn impatient(purse: PurseHandle, rounds: u32) -> Vec<u32> {
    let mut read = Vec::new();
    for round in 0..rounds {
        let element = within(1 + round % 3, purse.take()).await;
        read.extend(element.map(Result::unwrap));
    }
    read
}

fn one_who_gives_up_and_asks_again() {
    block_on(async {
        let (purse, task) = start(4);
        let mut read = spawn(impatient(purse.clone(), 5)).await.unwrap();
        drop(purse);
        read.extend(task.await.unwrap());
        assert_eq!(read, [1, 2, 3, 4], "lost, twice or out of order");
    });
}

#[test]
fn one_caller_gets_all_in_order() {
    explore(one_who_gives_up_and_asks_again);
}

#[test]
#[should_panic(expected = "lost, twice or out of order")]
fn finds_an_answer_that_is_not_handed_back() {
    explore_with_bug("an unread answer is dropped", one_who_gives_up_and_asks_again);
}

#[test]
#[should_panic(expected = "lost, twice or out of order")]
fn finds_a_message_that_comes_before_what_came_back() {
    explore_with_bug("a message comes before what came back", one_who_gives_up_and_asks_again);
}

fn two_who_give_up() {
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
fn many_callers_lose_nothing() {
    explore(two_who_give_up);
}

#[test]
#[should_panic(expected = "lost or twice")]
fn finds_what_is_lost_among_many() {
    explore_with_bug("an unread answer is dropped", two_who_give_up);
}

fn an_answer_that_comes_back_to_who_waits() {
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
fn what_comes_back_goes_to_who_waits() {
    explore(an_answer_that_comes_back_to_who_waits);
}

/// The one who waits has asked before the other gives up, so that nothing but the return wakes the
/// actor.
fn an_answer_that_comes_back_to_a_sleeper() {
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
fn what_comes_back_wakes_the_actor() {
    explore(an_answer_that_comes_back_to_a_sleeper);
}

#[test]
#[should_panic(expected = "deadlock")]
fn finds_an_answer_that_wakes_nobody() {
    explore_with_bug("an answer comes back in silence", an_answer_that_comes_back_to_a_sleeper);
}

fn a_body_whose_caller_leaves() {
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
    explore(a_body_whose_caller_leaves);
}

#[test]
#[should_panic(expected = "deadlock")]
fn finds_a_body_that_outlives_its_caller() {
    explore_with_bug("a body is not told that its caller left", a_body_whose_caller_leaves);
}

fn an_end_against_who_reads() {
    block_on(async {
        let (purse, task) = start(3);
        let answer = purse.take().sent().await.unwrap();
        let reader = spawn(answer);
        let unread = purse.take().sent().await.unwrap();
        let leaver = spawn({
            let purse = purse.clone();
            async move { within(2, purse.take()).await }
        });
        // Nothing hangs, although one answer is not looked at until the end.
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
fn at_the_end_each_element_is_with_its_caller_or_with_the_actor() {
    explore(an_end_against_who_reads);
}

fn an_end_and_a_drop_after_it() {
    block_on(async {
        let (purse, task) = start(2);
        let unread = purse.take().sent().await.unwrap();
        purse.shutdown().await;
        drop(unread);
        assert_eq!(task.await.unwrap(), [1, 2], "lost at the end");
    });
}

#[test]
fn what_is_unread_at_the_end_is_taken_back() {
    explore(an_end_and_a_drop_after_it);
}

#[test]
#[should_panic(expected = "lost at the end")]
fn finds_what_stays_unread_at_the_end() {
    explore_with_bug("what is unread at the end stays unread", an_end_and_a_drop_after_it);
}
