//! Calls of actors in `select!`.
//!
//! `ui-cancel/rustc/calls` has the calls that are refused. Here are their replacements.

use std::{pin::pin, time::Duration};

use actor_runtime::{
    actor,
    by_hand::{Handle, Message},
    cancel_safe::assume_cancel_safe,
    select, spawn,
};
use tokio::time::{interval, sleep};

/// A slow counter with room for one message.
#[derive(Default)]
struct Counter {
    total: u64,
}

#[actor(mailbox = 1)]
#[expect(unreachable_pub, reason = "a handler is `pub`")]
impl Counter {
    /// Adds `amount`, after a pause.
    pub async fn add(&mut self, amount: u64) -> u64 {
        sleep(Duration::from_millis(10)).await;
        self.total += amount;
        self.total
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_may_be_borrowed_in_many_rounds() {
    let counter = spawn(Counter::default());
    let mut ticks = interval(Duration::from_millis(1));
    let mut answer = counter.add(7).sent().await.unwrap();
    let mut rounds = 0;
    let total = loop {
        select! {
            total = &mut answer => break total,
            _ = ticks.tick() => rounds += 1,
        }
    };
    assert_eq!(total, Ok(7));
    assert!(rounds >= 10, "{rounds}");
}

#[tokio::test(start_paused = true)]
async fn a_pinned_answer_may_be_borrowed() {
    let counter = spawn(Counter::default());
    let mut answer = pin!(counter.add(7).sent().await.unwrap());
    let total = loop {
        select! {
            total = answer.as_mut() => break total,
            _ = sleep(Duration::from_millis(1)) => {}
        }
    };
    assert_eq!(total, Ok(7));
}

/// Fills the mailbox, so that the next call has to wait for room.
async fn fill(counter: &CounterHandle) {
    for _ in 0..2 {
        counter.add(1).cast().await.unwrap();
        tokio::task::yield_now().await;
    }
}

/// The futurelock of Oxide's RFD 609: a call that waits for room is not polled while a handler waits for a
/// later call. In many channels the first one would own the next place without using it. Here its message
/// is in the mailbox, so both are accepted.
#[tokio::test(start_paused = true)]
async fn a_call_that_is_not_polled_blocks_no_other_sender() {
    let counter = spawn(Counter::default());
    fill(&counter).await;
    let kept = counter.add(10);
    let mut kept = pin!(assume_cancel_safe("kept over all rounds", kept));
    let finish = async {
        let mut handled = 0;
        loop {
            select! {
                total = &mut kept => return (total.unwrap(), handled),
                // While this handler waits, `kept` is not polled.
                () = sleep(Duration::from_millis(1)) => handled += counter.add(100).await.unwrap(),
            }
        }
    };
    let (total, handled) = tokio::time::timeout(Duration::from_secs(60), finish).await.unwrap();
    assert_eq!((total, handled), (12, 112));
}

/// The same with the code that the errors recommend, in which nothing waits for room in the loop.
#[tokio::test(start_paused = true)]
async fn an_answer_that_is_not_polled_blocks_no_other_sender() {
    let counter = spawn(Counter::default());
    fill(&counter).await;
    let mut answer = counter.add(10).sent().await.unwrap();
    let mut handled = 0;
    let total = loop {
        select! {
            total = &mut answer => break total,
            () = sleep(Duration::from_millis(1)) => handled += counter.add(100).await.unwrap(),
        }
    };
    assert_eq!((total, handled), (Ok(12), 112));
}

/// The reason why a call has to be sent before it is borrowed: it is unclear when it would be.
#[tokio::test(start_paused = true)]
async fn an_unsent_call_may_never_be_sent() {
    let counter = spawn(Counter::default());
    let mut kept = pin!(assume_cancel_safe("to show what happens", counter.add(10)));
    for _ in 0..100 {
        select! {
            biased;
            () = std::future::ready(()) => {}
            _ = &mut kept => unreachable!(),
        }
    }
    assert_eq!(counter.add(1).await, Ok(1));
}

/// Generic code can name the types that it borrows.
#[tokio::test(start_paused = true)]
async fn in_generic_code() {
    async fn first<M: Message>(_: &Handle<M>, answer: &mut actor_runtime::Answer<u64>) -> bool {
        select! {
            _ = answer => true,
            () = sleep(Duration::from_millis(1)) => false,
        }
    }
    use actor_runtime::ActorHandle as _;
    let counter = spawn(Counter::default());
    let mut answer = counter.add(1).sent().await.unwrap();
    assert!(!first(counter.as_handle(), &mut answer).await);
    assert_eq!(answer.await, Ok(1));
}
