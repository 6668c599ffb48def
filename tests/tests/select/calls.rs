//! Calls of actors in `select!`.
//!
//! What is refused is in `ui-cancel/fail/calls`. Here is what takes its place, and what it does.

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
    /// Adds `amount`, after a while.
    pub async fn add(&mut self, amount: u64) -> u64 {
        sleep(Duration::from_millis(10)).await;
        self.total += amount;
        self.total
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_may_be_lent_over_many_rounds() {
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
async fn an_answer_by_its_pin_too() {
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

/// The futurelock of Oxide's RFD 609: a call that waits for room is kept without being polled, while a
/// handler waits for a call that comes after it. In many channels it then owns the next place and
/// nobody takes it. Here a message that waits for room is with the mailbox, so nobody waits for ever.
#[tokio::test(start_paused = true)]
async fn a_kept_call_holds_nobody_up() {
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

/// The same with what the errors recommend: nothing waits for room in the loop at all.
#[tokio::test(start_paused = true)]
async fn nor_does_an_answer() {
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

/// Why a call that is not sent is not lent: nobody can say when it is.
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

/// Generic code may name what it lends.
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
