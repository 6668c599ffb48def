//! Messages, values and states that panic or send when they are dropped.

use actor_runtime::{
    ActorHandle, CallError, CallErrorKind, ExitReason, Replies, WeakHandle, actor, pair,
};

use crate::by_hand::{ByHand, Counting};

/// Panics when it is dropped, if it is armed.
pub struct Bomb(bool);

impl Drop for Bomb {
    fn drop(&mut self) {
        assert!(!self.0, "this drop panics");
    }
}

/// Sends a last message when it is dropped.
pub struct Lease(WeakHandle<ShopHandle>);

impl Drop for Lease {
    fn drop(&mut self) {
        if let Some(shop) = self.0.upgrade() {
            let _ = shop.give_back().cast_now();
        }
    }
}

/// Handles dangerous goods.
#[derive(Default)]
pub struct Shop {
    returned: u32,
    kept: Vec<Replies<u32>>,
}

#[actor(mailbox = 8)]
impl Shop {
    /// Takes a value whose drop may panic.
    pub fn take(&mut self, bomb: Bomb) {
        std::mem::forget(bomb);
    }

    /// Never replies.
    pub async fn stuck(&mut self) {
        std::future::pending::<()>().await;
    }

    /// Counts returned items.
    pub fn give_back(&mut self) {
        self.returned += 1;
    }

    /// How many items were returned.
    pub fn returned(&self) -> u32 {
        self.returned
    }

    /// Takes a lease and drops it.
    pub fn lease(&mut self, lease: Lease) {
        drop(lease);
    }

    /// Streams bombs.
    pub async fn bombs(&mut self, mut replies: Replies<Bomb>) {
        while replies.send(Bomb(true)).await.is_ok() {}
    }

    /// Keeps the sender of a stream, and sends nothing yet.
    pub fn stream(&mut self, replies: Replies<u32>) {
        self.kept.push(replies);
    }

    /// Takes over the stream senders of another actor.
    pub fn take_over(&mut self, mut owed: Vec<Replies<u32>>) {
        self.kept.append(&mut owed);
    }

    /// Gives a stream sender away.
    pub fn give(&mut self) -> Option<Replies<u32>> {
        self.kept.pop()
    }
}

#[test]
fn a_queued_message_that_panics_on_drop_does_not_affect_other_callers() {
    let (shop, run) = pair(Shop::default());
    let mut run = ByHand::new(run);
    let mut stuck = ByHand::new(shop.stuck()).waits();
    let mut takes: Vec<_> =
        (0..3).map(|_| ByHand::new(shop.take(Bomb(true)).try_call().unwrap()).waits()).collect();
    let mut exited = ByHand::new(shop.exited()).waits();
    assert!(run.poll().is_pending());
    drop(run);
    assert_eq!(exited.gives(), ExitReason::Aborted);
    assert!(matches!(stuck.gives().map_err(CallError::into_kind), Err(CallErrorKind::Stopped)));
    for take in &mut takes {
        assert!(matches!(take.gives().map_err(CallError::into_kind), Err(CallErrorKind::Stopped)));
    }
}

#[test]
fn an_abandoned_message_that_panics_on_drop_does_not_affect_the_actor() {
    let (shop, run) = pair(Shop::default());
    let mut run = ByHand::new(run);
    drop(shop.take(Bomb(true)).try_call().unwrap());
    let mut returned = ByHand::new(shop.returned()).waits();
    assert!(run.poll().is_pending());
    assert_eq!(returned.gives(), Ok(0));
    assert_eq!(shop.stats().counts.skipped, 1);
}

#[test]
fn a_stream_writer_is_woken_although_dropping_the_values_panics() {
    let (shop, run) = pair(Shop::default());
    let mut run = ByHand::new(run);
    let mut sent = ByHand::new(shop.bombs().buffer(1).sent());
    let bombs = sent.gives().unwrap();
    assert!(run.poll().is_pending());
    let wakes = run.waker.wakes();
    let dropped = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop(bombs)));
    assert!(dropped.is_err());
    assert_eq!(run.waker.wakes(), wakes + 1, "the writer was not told");
}

#[test]
fn a_message_may_send_from_its_drop() {
    let (shop, run) = pair(Shop::default());
    let mut run = ByHand::new(run);
    let mut handled = ByHand::new(shop.lease(Lease(shop.downgrade()))).waits();
    let mut returned = ByHand::new(shop.returned()).waits();
    drop(shop.lease(Lease(shop.downgrade())).try_call().unwrap());
    assert!(run.poll().is_pending());
    assert_eq!(handled.gives(), Ok(()));
    assert_eq!(returned.gives(), Ok(0), "it was sent after that call");
    assert_eq!(shop.mailbox_len(), 0);

    // While the mailbox is being emptied.
    shop.lease(Lease(shop.downgrade())).try_cast().unwrap();
    shop.lease(Lease(shop.downgrade())).try_cast().unwrap();
    drop(run);
    assert_eq!(shop.exit_reason(), Some(ExitReason::Aborted));
    assert_eq!(shop.mailbox_len(), 0, "nothing is kept after the end");
}

#[test]
fn a_stream_fails_when_the_message_that_holds_its_sender_is_discarded() {
    let (first, first_run) = pair(Shop::default());
    let (second, second_run) = pair(Shop::default());
    let mut first_run = ByHand::new(first_run);
    let mut values = ByHand::new(first.stream().sent()).gives().unwrap();
    let mut given = ByHand::new(first.give()).waits();
    assert!(first_run.poll().is_pending());
    let replies = given.gives().unwrap().unwrap();
    second.take_over(vec![replies]).try_cast().unwrap();
    drop(second_run);
    let value = ByHand::new(values.next()).gives();
    let value = value.map(|value| value.map_err(CallError::into_kind));
    assert!(matches!(value, Some(Err(CallErrorKind::Stopped))), "{value:?}");
}

/// Drops a loop while a panic unwinds.
struct Unwinding<F>(Option<ByHand<F>>);

impl<F> Drop for Unwinding<F> {
    fn drop(&mut self) {
        assert!(std::thread::panicking());
        drop(self.0.take());
    }
}

#[test]
fn a_loop_dropped_during_unwinding_ends_its_actor() {
    let (shop, run) = pair(Shop::default());
    let mut run = ByHand::new(run);
    let mut stuck = ByHand::new(shop.stuck()).waits();
    let mut queued = ByHand::new(shop.take(Bomb(true)).try_call().unwrap()).waits();
    assert!(run.poll().is_pending());
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let _run = Unwinding(Some(run));
        panic!("something else went wrong");
    }));
    assert!(panicked.is_err());
    assert!(matches!(stuck.gives().map_err(CallError::into_kind), Err(CallErrorKind::Stopped)));
    assert!(matches!(queued.gives().map_err(CallError::into_kind), Err(CallErrorKind::Stopped)));
    assert_eq!(shop.exit_reason(), Some(ExitReason::Aborted));
}

#[test]
fn wakers_of_dropped_waiters_are_released() {
    let (shop, run) = pair(Shop::default());
    for _ in 0..100 {
        drop(ByHand::with(shop.exited(), Counting::new()).waits());
    }
    let waker = Counting::new();
    let exited = ByHand::with(shop.exited(), waker.clone()).waits();
    assert_eq!(std::sync::Arc::strong_count(&waker), 3, "this test, the future and the mailbox");
    drop(exited);
    assert_eq!(std::sync::Arc::strong_count(&waker), 1);
    drop(run);
}
