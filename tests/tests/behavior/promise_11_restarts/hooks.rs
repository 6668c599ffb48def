//! Panics in hooks, event handlers and last handlers; children, sources, `busy_if` and `keep_alive`.

use actor_runtime::{
    ActorHandle, Builder, Context, ExitReason, Life, OnPanic, Restarts, WeakHandle, actor,
};
use std::{cell::RefCell, rc::Rc, time::Duration};
use tokio::{sync::mpsc, time::Instant};

use super::{Listener, MINUTE, Shop, at_once, rig_of};
use crate::support::{Gate, Log, outcome, pending, ready, still_pending};

/// Panics in `#[on_idle]` after `fail`.
struct Idler {
    fails: bool,
    life: u64,
}

#[actor]
impl Idler {
    #[on_idle]
    fn idle(&mut self) {
        assert!(!self.fails, "in idle");
    }

    /// Lets `#[on_idle]` panic.
    pub(crate) fn fail_in_idle(&mut self) {
        self.fails = true;
    }

    /// Panics.
    pub(crate) fn fail(&mut self) {
        panic!("broken");
    }

    /// Returns the number of the life.
    pub(crate) fn life(&self) -> u64 {
        self.life
    }
}

fn idler(life: &Life<IdlerHandle>) -> Idler {
    Idler { fails: false, life: life.number() }
}

#[test]
fn a_panic_in_on_idle_restarts_the_actor() {
    let (idler, mut actor) = rig_of(at_once(), idler);
    let mut fail = pending(idler.fail_in_idle());
    actor.turn();
    assert_eq!(outcome(&mut fail), "answered ()");
    let mut life = pending(idler.life());
    actor.turn();
    assert_eq!(ready(&mut life), Ok(1));
    let reason = idler.stats().restarts.reason.unwrap();
    assert_eq!(reason.to_string(), "`Idler::on_idle` panicked: in idle");
}

#[test]
fn on_panic_continue_leaves_restarts_to_hooks() {
    let builder = Builder::new().on_panic(OnPanic::Continue);
    let (idler, mut actor) = rig_of(builder.restart(Restarts::at_once(10, MINUTE)), idler);
    let mut fail = pending(idler.fail());
    let mut life = pending(idler.life());
    actor.turn();
    assert!(ready(&mut fail).is_err());
    assert_eq!(ready(&mut life), Ok(0));
    idler.fail_in_idle().try_cast().unwrap();
    actor.turn();
    let mut life = pending(idler.life());
    actor.turn();
    assert_eq!(ready(&mut life), Ok(1));
    // In the next life as well.
    let mut fail = pending(idler.fail());
    let mut life = pending(idler.life());
    actor.turn();
    assert!(ready(&mut fail).is_err());
    assert_eq!(ready(&mut life), Ok(1));
}

#[test]
fn a_panic_in_on_stop_is_the_end() {
    let shop = Shop::default();
    let makes = shop.clone();
    let (worker, mut actor) = rig_of(at_once(), move |life| makes.worker(life));
    shop.script.panic_in("stop");
    worker.close();
    assert_eq!(actor.reason(), "`Worker::on_stop` panicked: in stop");
    assert_eq!(worker.stats().restarts.times, 0);
    assert_eq!(shop.log.take(), ["made 0", "stop", "dropped"]);
}

#[test]
fn a_panic_in_a_handler_that_takes_the_actor_is_the_end() {
    let shop = Shop::default();
    let makes = shop.clone();
    let (worker, mut actor) = rig_of(at_once(), move |life| makes.worker(life));
    let mut finish = pending(worker.finish());
    let mut queued = pending(worker.note(1));
    assert_eq!(actor.reason(), "`Worker::finish` panicked: as the last");
    assert_eq!(outcome(&mut finish), "`Worker::finish` panicked: as the last");
    assert_eq!(outcome(&mut queued), "the actor stopped before it answered `Worker::note`");
    assert_eq!(worker.stats().restarts.times, 0);
}

#[test]
fn a_panic_in_on_idle_after_the_last_message_is_the_end() {
    let (idler, mut actor) = rig_of(at_once(), idler);
    idler.fail_in_idle().try_cast().unwrap();
    idler.close();
    assert_eq!(actor.reason(), "`Idler::on_idle` panicked: in idle");
    assert_eq!(idler.stats().restarts.times, 0);
}

#[tokio::test]
async fn children_have_ended_before_the_next_life_is_made() {
    let shop = Shop::default();
    let makes = shop.clone();
    let worker = at_once().spawn_with(move |life| makes.worker(life));
    worker.start_child().await.unwrap();
    assert_eq!(worker.children().await, Ok(1));
    assert!(worker.fail().await.is_err());
    assert_eq!(worker.children().await, Ok(0), "the next life has children of its own");
    worker.start_child().await.unwrap();
    assert_eq!(worker.children().await, Ok(1), "and may start them");
    worker.shutdown().await;
    assert_eq!(
        shop.log.take(),
        ["made 0", "child stopped", "dropped", "made 1", "stop", "child stopped", "dropped"]
    );
}

/// Starts a child that calls it.
struct Patron(u64);

struct Client(WeakHandle<PatronHandle>);

#[actor]
impl Patron {
    pub(crate) fn start_client(&self, context: &Context<Self>) -> ClientHandle {
        context.children().spawn(Client(context.handle().clone()))
    }

    /// Waits for the gate, and panics.
    pub(crate) async fn fail_behind(&mut self, gate: Gate) -> u64 {
        gate.passed().await;
        panic!("behind the gate");
    }

    /// Returns the number of the life.
    pub(crate) fn life(&self) -> u64 {
        self.0
    }
}

#[actor]
impl Client {
    /// Calls the parent.
    pub(crate) async fn ask(&mut self) -> Option<u64> {
        self.0.upgrade()?.life().await.ok()
    }
}

#[tokio::test(start_paused = true)]
async fn a_child_that_waits_for_its_parent_is_aborted_after_ten_seconds() {
    let patron = at_once().spawn_with(|life| Patron(life.number()));
    let client = patron.start_client().await.unwrap();
    let gate = Gate::default();
    let _failing = pending(patron.fail_behind(gate.clone()));
    let mut asking = pending(client.ask());
    // The client calls when nothing else can run.
    tokio::time::sleep(Duration::from_millis(1)).await;
    gate.open();
    let begun = Instant::now();
    assert_eq!(patron.life().await, Ok(1));
    assert_eq!(begun.elapsed().as_secs(), 10);
    assert_eq!(outcome(&mut asking), "the actor stopped before it answered `Client::ask`");
    assert_eq!(client.exit_reason(), Some(ExitReason::Aborted));
}

type Senders = Rc<RefCell<Vec<mpsc::UnboundedSender<u32>>>>;

/// A listener, and the senders of the events of its lives.
fn listener() -> (super::ListenerHandle, crate::support::Rig<Listener>, Senders, Log) {
    let (senders, log) = (Senders::default(), Log::default());
    let (made, logs) = (senders.clone(), log.clone());
    let (listener, actor) = rig_of(at_once(), move |life| {
        let (sender, events) = mpsc::unbounded_channel();
        made.borrow_mut().push(sender);
        Listener { events, life: life.number(), asked: None, log: logs.clone() }
    });
    (listener, actor, senders, log)
}

#[test]
fn a_panic_in_an_event_handler_restarts_the_actor_with_sources_of_its_own() {
    let (listener, mut actor, senders, log) = listener();
    senders.borrow()[0].send(1).unwrap();
    actor.turn();
    senders.borrow()[0].send(0).unwrap();
    actor.turn();
    assert_eq!(senders.borrow().len(), 2);
    senders.borrow()[1].send(2).unwrap();
    assert!(senders.borrow()[0].send(3).is_err(), "the old source was dropped");
    actor.turn();
    assert_eq!(log.take(), ["event 1 in 0", "event 2 in 1"]);
    let mut life = pending(listener.life());
    actor.turn();
    assert_eq!(ready(&mut life), Ok(1));
}

#[test]
fn keep_alive_holds_in_every_life() {
    let (listener, mut actor, senders, log) = listener();
    let weak = listener.downgrade();
    drop(listener);
    actor.turn();
    senders.borrow()[0].send(0).unwrap();
    actor.turn();
    assert!(actor.runs(), "no handle is needed");
    senders.borrow()[1].send(1).unwrap();
    actor.turn();
    assert_eq!(log.take(), ["event 1 in 1"]);
    weak.upgrade().unwrap().close();
    assert_eq!(actor.exit().reason, ExitReason::Shutdown);
}

#[test]
fn the_next_life_is_busy_only_by_itself() {
    let (listener, mut actor, senders, _) = listener();
    let mut asked = pending(listener.ask());
    actor.turn();
    listener.close();
    actor.turn();
    assert!(actor.runs(), "busy");
    still_pending(&mut asked);
    senders.borrow()[0].send(0).unwrap();
    // The next life has accepted nothing, so it is not busy, and the mailbox is closed.
    assert_eq!(actor.exit().reason, ExitReason::Shutdown);
    assert_eq!(outcome(&mut asked), "the actor stopped before it answered `Listener::ask`");
}
