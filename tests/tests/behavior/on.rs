//! `#[on(EXPR)]`: an event of a source is handled like a message.

use std::{cell::Cell, collections::VecDeque, io, rc::Rc};

use actor_runtime::{
    ActorHandle, Builder, Capacity, Context, ExitReason, OnPanic, actor, cancel_safe,
    cancel_safe::{CancelSafe, CancelSafeMethod, assume_cancel_safe, m},
};
use tokio::sync::mpsc;

use crate::support::{Gate, Log, outcome, pending, ready, rig, rig_with, still_pending};

/// Reads frames of two bytes.
struct Socket {
    bytes: mpsc::UnboundedReceiver<u8>,
    buffer: VecDeque<u8>,
}

impl Socket {
    /// Two bytes.
    #[cancel_safe]
    async fn frame(&mut self) -> io::Result<Option<[u8; 2]>> {
        loop {
            if self.buffer.len() >= 2 {
                let mut pair = self.buffer.drain(..2);
                return Ok(pair.next().zip(pair.next()).map(|(one, two)| [one, two]));
            }
            match self.bytes.recv().await {
                Some(byte) => self.buffer.push_back(byte),
                None => return Ok(None),
            }
        }
    }
}

/// A source of a type that `select!` does not know.
struct Orders(mpsc::UnboundedReceiver<u32>);

impl Orders {
    async fn recv(&mut self) -> Option<u32> {
        self.0.recv().await
    }
}

impl CancelSafeMethod<m::recv> for Orders {}

struct Desk {
    log: Log,
    socket: Socket,
    orders: Orders,
    takes_orders: bool,
    gate: Gate,
}

#[actor]
impl Desk {
    #[on(self.socket.frame())]
    async fn frame(&mut self, frame: io::Result<[u8; 2]>) {
        match frame {
            Ok([0, 0]) => panic!("on purpose"),
            Ok([1, _]) => self.gate.passed().await,
            _ => {}
        }
        self.log.add(format!("frame {frame:?}"));
    }

    #[on(self.orders.recv(), if self.takes_orders)]
    fn order(&self, context: &Context<Self>, order: u32) {
        self.log.add(format!("order {order}"));
        if order == 0 {
            context.stop();
        }
    }

    #[on_idle]
    fn idle(&self) {
        self.log.add("idle");
    }

    #[on_stop]
    fn stop(&self) {
        self.log.add("stop");
    }

    /// Sets whether orders are taken.
    pub(crate) fn take_orders(&mut self, takes_orders: bool) {
        self.takes_orders = takes_orders;
        self.log.add(format!("orders: {takes_orders}"));
    }
}

struct Ends {
    bytes: mpsc::UnboundedSender<u8>,
    orders: mpsc::UnboundedSender<u32>,
    gate: Gate,
    log: Log,
}

impl Ends {
    fn frame(&self, one: u8, two: u8) {
        self.bytes.send(one).unwrap();
        self.bytes.send(two).unwrap();
    }
}

fn desk() -> (Desk, Ends) {
    let log = Log::default();
    let gate = Gate::default();
    let (bytes, socket) = mpsc::unbounded_channel();
    let (orders, taken) = mpsc::unbounded_channel();
    let desk = Desk {
        log: log.clone(),
        socket: Socket { bytes: socket, buffer: VecDeque::new() },
        orders: Orders(taken),
        takes_orders: true,
        gate: gate.clone(),
    };
    (desk, Ends { bytes, orders, gate, log })
}

#[test]
fn messages_and_events_are_handled_as_they_arrive() {
    let (desk, ends) = desk();
    let (desk, mut actor) = rig(desk);
    actor.turn();
    assert_eq!(ends.log.take(), [""; 0]);
    ends.frame(2, 3);
    actor.turn();
    assert_eq!(ends.log.take(), ["frame Ok([2, 3])", "idle"]);
    ends.orders.send(7).unwrap();
    actor.turn();
    assert_eq!(ends.log.take(), ["order 7", "idle"]);
    desk.take_orders(true).try_cast().unwrap();
    actor.turn();
    assert_eq!(ends.log.take(), ["orders: true", "idle"]);
    assert_eq!(desk.stats().counts.handled, 1);
    assert_eq!(desk.stats().counts.events, 2);
}

#[test]
fn a_source_dropped_for_a_message_loses_nothing() {
    let (desk, ends) = desk();
    let (desk, mut actor) = rig(desk);
    ends.bytes.send(4).unwrap();
    actor.turn();
    desk.take_orders(true).try_cast().unwrap();
    actor.turn();
    ends.bytes.send(5).unwrap();
    actor.turn();
    assert_eq!(ends.log.take(), ["orders: true", "idle", "frame Ok([4, 5])", "idle"]);
}

#[test]
fn a_false_guard_disables_a_source() {
    let (desk, ends) = desk();
    let (desk, mut actor) = rig(desk);
    desk.take_orders(false).try_cast().unwrap();
    actor.turn();
    ends.orders.send(1).unwrap();
    ends.orders.send(2).unwrap();
    actor.turn();
    ends.frame(2, 3);
    actor.turn();
    assert_eq!(ends.log.take(), ["orders: false", "idle", "frame Ok([2, 3])", "idle"]);
    desk.take_orders(true).try_cast().unwrap();
    actor.turn();
    assert_eq!(ends.log.take(), ["orders: true", "order 1", "order 2", "idle"]);
}

#[test]
fn a_handler_completes_before_the_next_starts() {
    let (desk, ends) = desk();
    let (desk, mut actor) = rig(desk);
    ends.frame(1, 1);
    actor.turn();
    ends.orders.send(5).unwrap();
    let mut call = pending(desk.take_orders(true));
    actor.turn();
    assert_eq!(ends.log.take(), [""; 0]);
    assert_eq!(desk.stats().running.map(|(method, _)| method), Some("frame"));
    still_pending(&mut call);
    ends.gate.open();
    actor.turn();
    let log = ends.log.take();
    assert_eq!(log[0], "frame Ok([1, 1])");
    assert_eq!(log[3], "idle", "{log:?}");
    assert_eq!(ready(&mut call), Ok(()));
    assert_eq!(desk.stats().running, None);
}

#[test]
fn on_idle_runs_only_when_no_source_is_ready() {
    let (desk, ends) = desk();
    let (desk, mut actor) = rig(desk);
    for order in 1..=3 {
        ends.orders.send(order).unwrap();
    }
    desk.take_orders(true).try_cast().unwrap();
    actor.turn();
    let log = ends.log.take();
    assert_eq!(log.iter().filter(|line| *line == "idle").count(), 1, "{log:?}");
    assert_eq!(log.last().unwrap(), "idle");
}

#[test]
fn an_event_handler_may_stop_the_actor() {
    let (desk, ends) = desk();
    let (desk, mut actor) = rig(desk);
    ends.orders.send(0).unwrap();
    assert_eq!(actor.exit().reason, ExitReason::Shutdown);
    assert_eq!(ends.log.take(), ["order 0", "idle", "stop"]);
    assert!(desk.is_closed());
}

#[test]
fn a_panic_in_an_event_handler_ends_the_actor() {
    let (desk, ends) = desk();
    let (desk, mut actor) = rig(desk);
    let mut call = pending(desk.take_orders(true));
    ends.frame(0, 0);
    let reason = actor.reason();
    assert_eq!(reason, "`Desk::frame` panicked: on purpose");
    assert_eq!(outcome(&mut call), "the actor stopped before it answered `Desk::take_orders`");
    assert_eq!(desk.stats().counts.panicked, 1);
}

#[test]
fn with_on_panic_continue_the_next_event_is_handled() {
    let (desk, ends) = desk();
    let (desk, mut actor) = rig_with(Builder::new().on_panic(OnPanic::Continue), desk);
    ends.frame(0, 0);
    ends.frame(2, 2);
    actor.turn();
    assert_eq!(ends.log.take(), ["frame Ok([2, 2])", "idle"]);
    assert_eq!(desk.stats().counts.panicked, 1);
}

#[test]
fn an_abort_drops_a_handler_and_the_sources() {
    let (desk, ends) = desk();
    let (desk, mut actor) = rig(desk);
    ends.frame(1, 1);
    actor.turn();
    desk.abort();
    assert_eq!(actor.exit().reason, ExitReason::Aborted);
    assert!(ends.bytes.is_closed());
    assert_eq!(ends.log.take(), [""; 0]);
}

#[test]
fn an_abort_interrupts_the_wait_for_events() {
    let (desk, ends) = desk();
    let (desk, mut actor) = rig(desk);
    actor.turn();
    desk.abort();
    assert_eq!(actor.exit().reason, ExitReason::Aborted);
    assert!(ends.orders.is_closed());
}

#[test]
fn senders_waiting_for_room_are_accepted() {
    let (desk, ends) = desk();
    let (desk, mut actor) = rig_with(Builder::new().mailbox(Capacity::bounded(1)), desk);
    let mut calls: Vec<_> = (0..3).map(|_| pending(desk.take_orders(true))).collect();
    ends.orders.send(1).unwrap();
    actor.turn();
    for call in &mut calls {
        assert_eq!(ready(call), Ok(()));
    }
}

/// Has a source and no messages.
struct Listener {
    orders: mpsc::UnboundedReceiver<u32>,
    log: Log,
}

#[actor]
impl Listener {
    #[on(&mut self.orders)]
    fn order(&mut self, order: u32) {
        self.log.add(order.to_string());
    }
}

#[test]
fn an_actor_needs_no_messages() {
    let (orders, taken) = mpsc::unbounded_channel();
    let log = Log::default();
    let (listener, mut actor) = rig(Listener { orders: taken, log: log.clone() });
    orders.send(1).unwrap();
    actor.turn();
    assert_eq!(log.take(), ["1"]);
    listener.close();
    assert_eq!(actor.exit().reason, ExitReason::Shutdown);
}

/// Has a source, and is not `Send`.
struct Here {
    numbers: mpsc::UnboundedReceiver<u32>,
    sum: Rc<Cell<u32>>,
}

#[actor(local)]
impl Here {
    #[on(self.numbers.recv())]
    async fn number(&mut self, number: u32) {
        let sum = self.sum.clone();
        tokio::task::yield_now().await;
        sum.set(sum.get() + number);
    }

    /// The sum so far.
    pub(crate) fn sum(&self) -> u32 {
        self.sum.get()
    }
}

/// Has a source, and is `Send`.
struct Anywhere<T> {
    numbers: mpsc::UnboundedReceiver<T>,
    sum: u32,
}

#[actor]
impl<T: Into<u32> + Send> Anywhere<T> {
    #[on(self.numbers.recv())]
    async fn number(&mut self, number: T) {
        self.sum += number.into();
    }

    /// The sum so far.
    pub(crate) fn sum(&self) -> u32 {
        self.sum
    }
}

#[tokio::test]
async fn sources_work_on_a_task_a_local_set_and_a_thread() {
    let (one, numbers) = mpsc::unbounded_channel();
    let task = actor_runtime::spawn(Anywhere::<u16> { numbers, sum: 0 });
    one.send(1).unwrap();
    while task.sum().await != Ok(1) {}

    let (two, numbers) = mpsc::unbounded_channel();
    let here = Here { numbers, sum: Rc::default() };
    tokio::task::LocalSet::new()
        .run_until(async {
            let here = actor_runtime::spawn_local(here);
            two.send(2).unwrap();
            while here.sum().await != Ok(2) {}
        })
        .await;

    let (three, numbers) = mpsc::unbounded_channel();
    let thread = actor_runtime::spawn_thread(|| Here { numbers, sum: Rc::default() }).unwrap();
    three.send(3).unwrap();
    while thread.sum().await != Ok(3) {}
}

#[test]
fn sources_work_on_another_executor() {
    let (four, numbers) = mpsc::unbounded_channel();
    let (handle, run) = actor_runtime::pair(Anywhere::<u8> { numbers, sum: 0 });
    let exit = futures::executor::block_on(async {
        let calls = async move {
            four.send(4).unwrap();
            while handle.sum().await != Ok(4) {}
        };
        futures::join!(run, calls).0
    });
    assert_eq!(exit.reason, ExitReason::HandlesDropped);
    assert_eq!(exit.actor.unwrap().sum, 4);
}

/// A source that panics in the given place.
struct Bomb(&'static str);

impl Bomb {
    fn goes_off(&mut self, place: &'static str) -> bool {
        if self.0 == place {
            // Once, so that the actor could continue.
            self.0 = "nowhere";
            panic!("on purpose in the {place}");
        }
        false
    }

    fn wait(&mut self) -> impl CancelSafe<Output = ()> {
        assume_cancel_safe("it has nothing to lose", async {
            self.goes_off("source");
            std::future::pending::<()>().await;
        })
    }
}

/// Has a source that may panic.
struct Fragile {
    numbers: mpsc::UnboundedReceiver<u32>,
    bomb: Bomb,
    log: Log,
}

#[actor]
impl Fragile {
    #[on(self.bomb.wait(), if !self.bomb.goes_off("guard"))]
    fn never(&mut self, (): ()) {}

    #[on(self.numbers.recv())]
    fn number(&mut self, number: u32) {
        self.log.add(number.to_string());
    }
}

fn fragile(place: &'static str, on_panic: OnPanic) -> (String, Vec<String>) {
    let (sender, numbers) = mpsc::unbounded_channel();
    let log = Log::default();
    let fragile = Fragile { numbers, bomb: Bomb(place), log: log.clone() };
    let (handle, mut actor) = rig_with(Builder::new().on_panic(on_panic), fragile);
    sender.send(1).unwrap();
    actor.turn();
    handle.close();
    (actor.reason(), log.take())
}

#[test]
fn a_panic_in_a_source_counts_as_one_of_its_handler() {
    let (reason, log) = fragile("source", OnPanic::End);
    assert_eq!(reason, "`Fragile::never` panicked: on purpose in the source");
    assert_eq!(log, [""; 0]);
    let (reason, log) = fragile("source", OnPanic::Continue);
    assert_eq!(reason, "shut down");
    assert_eq!(log, ["1"]);
}

#[test]
fn a_panic_in_a_guard_always_ends_the_actor() {
    for on_panic in [OnPanic::End, OnPanic::Continue] {
        let (reason, log) = fragile("guard", on_panic);
        assert_eq!(reason, "`Fragile::select` panicked: on purpose in the guard");
        assert_eq!(log, [""; 0]);
    }
}
