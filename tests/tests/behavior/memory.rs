//! What is dropped when: messages, replies, state, and the wakers of dropped futures.

use std::sync::{Arc, Weak};

use actor_runtime::{ActorHandle, Reply, actor};

use crate::support::{Gate, now, outcome, pending, ready, rig};

/// A value whose lifetime can be watched.
#[derive(Clone, Default)]
struct Item(Arc<()>);

impl Item {
    fn watch(&self) -> Weak<()> {
        Arc::downgrade(&self.0)
    }

    fn watched() -> (Self, Weak<()>) {
        let item = Self::default();
        let watch = item.watch();
        (item, watch)
    }
}

fn is_gone(watch: &Weak<()>) -> bool {
    watch.strong_count() == 0
}

/// Keeps an item.
struct Shelf {
    _item: Item,
    kept: Vec<Reply<Item>>,
}

#[actor(mailbox = 1)]
impl Shelf {
    /// Returns the item.
    pub(crate) fn pass(&self, item: Item) -> Item {
        item
    }

    /// Holds an item until the gate opens.
    pub(crate) async fn hold(&self, item: Item, gate: Gate) -> Item {
        gate.passed().await;
        item
    }

    /// Keeps the reply and never sends it.
    pub(crate) fn keep(&mut self, reply: Reply<Item>) {
        self.kept.push(reply);
    }

    /// Panics while it holds an item.
    pub(crate) fn fail(&self, item: Item) {
        let _item = item;
        panic!("on purpose");
    }
}

impl Shelf {
    fn new() -> (Self, Weak<()>) {
        let (item, watch) = Item::watched();
        (Self { _item: item, kept: Vec::new() }, watch)
    }
}

#[test]
fn the_state_is_dropped_when_the_actor_ends() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let entered = runtime.enter();
    let roads: [fn(&ShelfHandle); 3] = [ActorHandle::close, ActorHandle::abort, |shelf| {
        shelf.fail(Item::default()).try_cast().unwrap();
    }];
    for road in roads {
        let (state, watch) = Shelf::new();
        let shelf = actor_runtime::spawn(state);
        road(&shelf);
        runtime.block_on(shelf.exited());
        assert!(is_gone(&watch), "while there still is a handle");
    }
    drop(entered);
}

#[test]
fn the_state_is_dropped_with_the_loop() {
    let (state, watch) = Shelf::new();
    let (shelf, mut actor) = rig(state);
    actor.turn();
    actor.drop_loop();
    assert!(is_gone(&watch));
    drop(shelf);
}

#[test]
fn queued_messages_are_dropped_when_the_actor_ends() {
    let (shelf, mut actor) = rig(Shelf::new().0);
    let (running, watch_running) = Item::watched();
    let (queued, watch_queued) = Item::watched();
    let (cast, watch_cast) = Item::watched();
    let mut call = pending(shelf.hold(running, Gate::default()));
    actor.turn();
    let mut answer = pending(shelf.pass(queued).try_call().unwrap());
    shelf.pass(cast).cast_now().unwrap();
    shelf.abort();
    actor.turn();
    for watch in [watch_running, watch_queued, watch_cast] {
        assert!(is_gone(&watch));
    }
    assert!(ready(&mut call).is_err());
    assert!(ready(&mut answer).is_err());
}

#[test]
fn a_withdrawn_message_is_dropped_at_once() {
    let (shelf, _actor) = rig(Shelf::new().0);
    shelf.pass(Item::default()).try_cast().unwrap();
    let (waiting, watch) = Item::watched();
    let call = pending(shelf.pass(waiting));
    assert!(!is_gone(&watch));
    drop(call);
    assert!(is_gone(&watch));
    assert_eq!(shelf.stats().waiting, 0);
}

#[test]
fn an_abandoned_message_is_dropped_in_its_turn() {
    let (shelf, mut actor) = rig(Shelf::new().0);
    let (item, watch) = Item::watched();
    drop(pending(shelf.pass(item)));
    assert!(!is_gone(&watch));
    actor.turn();
    assert!(is_gone(&watch));
}

#[test]
fn an_unread_reply_is_dropped() {
    let (shelf, mut actor) = rig(Shelf::new().0);
    let (item, watch) = Item::watched();
    let gate = Gate::default();
    let call = pending(shelf.hold(item, gate.clone()));
    actor.turn();
    drop(call);
    gate.open();
    actor.turn();
    assert!(is_gone(&watch), "its caller had gone when it was answered");

    let (item, watch) = Item::watched();
    let call = pending(shelf.pass(item));
    actor.turn();
    assert!(!is_gone(&watch));
    drop(call);
    assert!(is_gone(&watch), "its caller went with the answer unread");

    let (item, watch) = Item::watched();
    shelf.pass(item).try_cast().unwrap();
    actor.turn();
    assert!(is_gone(&watch), "it was cast");
}

#[test]
fn a_refused_message_lives_as_long_as_its_call() {
    let (shelf, mut actor) = rig(Shelf::new().0);
    shelf.close();
    actor.turn();
    let (item, watch) = Item::watched();
    let mut call = shelf.pass(item);
    assert!(now(&mut call).is_err());
    assert!(!is_gone(&watch));
    drop(call);
    assert!(is_gone(&watch));
}

#[test]
fn dropped_senders_leave_nothing_behind() {
    let (shelf, mut actor) = rig(Shelf::new().0);
    shelf.pass(Item::default()).try_cast().unwrap();
    for _ in 0..1000 {
        drop(pending(shelf.pass(Item::default())));
        drop(pending(shelf.pass(Item::default()).cast()));
        drop(pending(shelf.pass(Item::default()).sent()));
        drop(pending(shelf.exited()));
    }
    assert_eq!((shelf.stats().queued, shelf.stats().waiting), (1, 0));
    actor.turn();
    assert_eq!(shelf.stats().counts.skipped, 0, "none of them was sent");
}

#[test]
fn wakers_of_dropped_futures_are_released() {
    let (shelf, actor) = rig(Shelf::new().0);
    let watch = Arc::new(Nothing);
    let waker = std::task::Waker::from(watch.clone());
    let mut cx = std::task::Context::from_waker(&waker);
    {
        let mut exited = std::pin::pin!(shelf.exited());
        assert!(exited.as_mut().poll(&mut cx).is_pending());
        assert_eq!(Arc::strong_count(&watch), 3);
    }
    assert_eq!(Arc::strong_count(&watch), 2, "its waker was dropped with it");
    {
        let mut call = std::pin::pin!(shelf.pass(Item::default()));
        assert!(call.as_mut().poll(&mut cx).is_pending());
        assert_eq!(Arc::strong_count(&watch), 3);
        let mut waiting = std::pin::pin!(shelf.pass(Item::default()).cast());
        assert!(waiting.as_mut().poll(&mut cx).is_pending());
        assert_eq!(Arc::strong_count(&watch), 4);
    }
    assert_eq!(Arc::strong_count(&watch), 2);
    drop(actor);
}

/// A waker that only counts its references.
struct Nothing;

impl std::task::Wake for Nothing {
    fn wake(self: Arc<Self>) {}
}

#[test]
fn an_actor_that_ends_while_it_owes_a_reply_is_dropped() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let entered = runtime.enter();
    let (state, watch) = Shelf::new();
    let shelf = actor_runtime::spawn(state);
    let mut owed = pending(shelf.keep());
    runtime.block_on(tokio::task::yield_now());
    shelf.close();
    runtime.block_on(shelf.exited());
    assert!(is_gone(&watch));
    let told = ready(&mut owed).map(|_| ()).map_err(|error| error.to_string());
    assert_eq!(told, Err("the actor stopped before it answered `Shelf::keep`".to_owned()));
    drop(entered);
}

#[test]
fn a_handle_in_a_message_keeps_the_actor_alive_until_it_is_handled() {
    struct Keeper;
    #[actor]
    impl Keeper {
        /// Drops the handle.
        pub(crate) fn take(&self, handle: KeeperHandle) {
            drop(handle);
        }
    }
    let (keeper, mut actor) = rig(Keeper);
    let mut take = pending(keeper.take(keeper.clone()).try_call().unwrap());
    drop(keeper);
    assert_eq!(actor.reason(), "the last handle was dropped");
    assert_eq!(outcome(&mut take), "answered ()");
}
