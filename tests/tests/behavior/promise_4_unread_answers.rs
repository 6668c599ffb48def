//! Promise 4: an unread reply of a handler marked `#[cancel_safe(undelivered = ..)]` goes back to
//! the actor. None is lost, not even during a shutdown.

use std::collections::VecDeque;

use actor_runtime::{ActorHandle, Builder, CallError, CallErrorKind, Reply, actor};

use crate::support::{Gate, Log, Rig, now, outcome, pending, ready, rig, rig_with, still_pending};

/// An element that cannot be put back.
const TOO_HOT: u32 = 100;

/// A queue whose elements must be neither lost nor duplicated.
struct Queue {
    log: Log,
    elements: VecDeque<u32>,
    /// Callers that wait for an element.
    waiting: VecDeque<Reply<u32>>,
    /// Opened before an element is taken slowly.
    gate: Gate,
}

#[actor]
impl Queue {
    #[on_idle]
    fn idle(&mut self) {
        self.log.add("idle");
    }

    #[on_stop]
    fn stop_working(&mut self) {
        self.log.add(format!("stopped with {:?}", self.elements));
    }

    /// Takes the first element.
    #[cancel_safe(undelivered = put_back_maybe)]
    pub(crate) fn pop(&mut self) -> Option<u32> {
        let element = self.elements.pop_front();
        self.log.add(format!("pop {element:?}"));
        element
    }

    /// Takes the first element, once the gate opens.
    #[cancel_safe(undelivered = put_back)]
    pub(crate) async fn pop_slowly(&mut self) -> u32 {
        self.log.add("wait");
        let gate = self.gate.clone();
        actor_runtime::cancel_safe::assume_cancel_safe("waits only", gate.passed()).await;
        self.elements.pop_front().unwrap_or(0)
    }

    /// Takes the first element, or the next one that is added.
    #[cancel_safe(undelivered = put_back)]
    pub(crate) fn pop_later(&mut self, reply: Reply<u32>) {
        self.waiting.push_back(reply);
        self.serve();
    }

    /// Adds an element.
    pub(crate) fn push(&mut self, element: u32) {
        self.elements.push_back(element);
        self.serve();
    }

    /// Returns the first element, once the gate opens, and leaves it.
    #[cancel_safe]
    pub(crate) async fn peek_slowly(&self) -> Option<u32> {
        let passed = self.gate.passed();
        actor_runtime::cancel_safe::assume_cancel_safe("waits only", passed).await;
        self.elements.front().copied()
    }

    /// Waits inside the handler.
    pub(crate) async fn wait(&mut self, gate: Gate) {
        gate.passed().await;
    }

    /// Ends the actor, and returns what is left.
    pub(crate) fn finish(self) -> VecDeque<u32> {
        self.elements
    }

    fn put_back_maybe(&mut self, element: Option<u32>) {
        if let Some(element) = element {
            self.put_back(element);
        }
    }

    fn put_back(&mut self, element: u32) {
        assert!(element < TOO_HOT, "too hot");
        self.log.add(format!("back {element}"));
        self.elements.push_front(element);
        self.serve();
    }

    fn serve(&mut self) {
        while !self.elements.is_empty() {
            let Some(reply) = self.waiting.pop_front() else { break };
            if !reply.is_closed() {
                let element = self.elements.pop_front().expect("it is not empty");
                reply.send(element);
            }
        }
    }
}

fn queue(log: &Log, gate: &Gate, elements: u32) -> Queue {
    let elements = (1..=elements).collect();
    Queue { log: log.clone(), elements, waiting: VecDeque::new(), gate: gate.clone() }
}

fn running(elements: u32) -> (QueueHandle, Rig<Queue>, Log, Gate) {
    let (log, gate) = (Log::default(), Gate::default());
    let (handle, rig) = rig(queue(&log, &gate, elements));
    (handle, rig, log, gate)
}

#[test]
fn an_unread_reply_comes_back() {
    let (queue, mut actor, log, _) = running(3);
    let call = pending(queue.pop());
    actor.turn();
    assert_eq!(log.take(), ["pop Some(1)", "idle"]);
    drop(call);
    // The loop is woken for the unread reply.
    actor.turn();
    assert_eq!(log.take(), ["back 1", "idle"]);
    let mut call = pending(queue.pop());
    actor.turn();
    assert_eq!(ready(&mut call), Ok(Some(1)));
}

#[test]
fn unread_replies_come_back_before_the_next_message() {
    let (queue, mut actor, log, _) = running(3);
    let call = pending(queue.pop());
    actor.turn();
    log.take();
    drop(call);
    let mut again = pending(queue.pop());
    actor.turn();
    assert_eq!(log.take(), ["back 1", "pop Some(1)", "idle"]);
    assert_eq!(ready(&mut again), Ok(Some(1)));
}

#[test]
fn unread_replies_come_back_in_reverse_order() {
    let (queue, mut actor, log, _) = running(4);
    let calls: Vec<_> = (0..3).map(|_| pending(queue.pop())).collect();
    actor.turn();
    log.take();
    // They are dropped in another order.
    let [first, second, third] = calls.try_into().ok().unwrap();
    drop(second);
    drop(third);
    drop(first);
    actor.turn();
    assert_eq!(log.take(), ["back 3", "back 2", "back 1", "idle"]);
    let popped: Vec<_> = (0..4)
        .map(|_| {
            let mut call = pending(queue.pop());
            actor.turn();
            ready(&mut call).unwrap()
        })
        .collect();
    assert_eq!(popped, [Some(1), Some(2), Some(3), Some(4)]);
}

#[test]
fn a_reply_that_cannot_be_sent_comes_back_at_once() {
    let (queue, mut actor, log, gate) = running(2);
    queue.pop().try_cast().unwrap();
    actor.turn();
    assert_eq!(log.take(), ["pop Some(1)", "back 1", "idle"]);
    queue.pop_slowly().try_cast().unwrap();
    actor.turn();
    gate.open();
    actor.turn();
    assert_eq!(log.take(), ["wait", "back 1", "idle"]);
}

#[test]
fn a_body_is_dropped_with_its_caller_and_the_next_message_handled() {
    let (queue, mut actor, log, gate) = running(2);
    let call = pending(queue.pop_slowly());
    actor.turn();
    let mut next = pending(queue.pop());
    actor.turn();
    assert_eq!(log.take(), ["wait"]);
    drop(call);
    actor.turn();
    assert_eq!(log.take(), ["pop Some(1)", "idle"]);
    assert_eq!(ready(&mut next), Ok(Some(1)));
    // The gate was not passed.
    gate.open();
    let mut again = pending(queue.pop_slowly());
    actor.turn();
    assert_eq!(ready(&mut again), Ok(2));
}

#[test]
fn a_body_without_undelivered_is_dropped_with_its_caller() {
    let (queue, mut actor, _, gate) = running(1);
    let call = pending(queue.peek_slowly());
    actor.turn();
    let mut next = pending(queue.peek_slowly());
    drop(call);
    actor.turn();
    gate.open();
    actor.turn();
    assert_eq!(ready(&mut next), Ok(Some(1)));
}

#[test]
fn a_panic_while_taking_a_reply_back_ends_the_actor() {
    let (queue, mut actor, _, _) = running(0);
    queue.push(TOO_HOT).try_cast().unwrap();
    let unread = pending(queue.pop());
    actor.turn();
    drop(unread);
    let mut next = pending(queue.pop());
    assert_eq!(actor.reason(), "`Queue::undelivered` panicked: too hot");
    assert_eq!(outcome(&mut next), "the actor stopped before it answered `Queue::pop`");
}

#[test]
fn an_abort_during_shutdown_takes_nothing_back() {
    let (queue, mut actor, log, _) = running(2);
    let _unread = queue.pop().try_call().unwrap();
    actor.turn();
    queue.close();
    let mut is_first = true;
    actor.turn_with(&mut || {
        if std::mem::take(&mut is_first) {
            queue.abort();
        }
    });
    assert_eq!(actor.reason(), "aborted");
    assert_eq!(log.take(), ["pop Some(1)", "idle"]);
}

#[test]
fn an_unread_deferred_reply_comes_back() {
    let (queue, mut actor, log, _) = running(0);
    let first = pending(queue.pop_later());
    let mut second = pending(queue.pop_later());
    actor.turn();
    queue.push(1).try_cast().unwrap();
    actor.turn();
    drop(first);
    still_pending(&mut second);
    actor.turn();
    // The element comes back, and goes to the waiting caller.
    assert_eq!(ready(&mut second), Ok(1));
    assert_eq!(log.take(), ["idle", "idle", "back 1", "idle"]);
}

#[test]
fn a_deferred_reply_is_not_sent_to_a_caller_that_is_gone() {
    let (log, gate) = (Log::default(), Gate::default());
    let mut state = queue(&log, &gate, 0);
    state.waiting.clear();
    let (queue, mut actor) = rig(state);
    let call = pending(queue.pop_later());
    queue.wait(gate.clone()).try_cast().unwrap();
    actor.turn();
    queue.push(1).try_cast().unwrap();
    drop(call);
    gate.open();
    actor.turn();
    // `serve` checks whether the caller is still there.
    assert_eq!(log.take(), ["idle"]);
    let mut pop = pending(queue.pop());
    actor.turn();
    assert_eq!(ready(&mut pop), Ok(Some(1)));
}

#[test]
fn a_deferred_reply_is_not_sent_to_a_cast() {
    let (queue, mut actor, log, _) = running(0);
    queue.pop_later().try_cast().unwrap();
    actor.turn();
    queue.push(1).try_cast().unwrap();
    actor.turn();
    assert_eq!(log.take(), ["idle", "idle"]);
    let mut pop = pending(queue.pop());
    actor.turn();
    assert_eq!(ready(&mut pop), Ok(Some(1)));
}

#[test]
fn at_shutdown_unread_replies_come_back_before_on_stop() {
    let (queue, mut actor, log, _) = running(2);
    let mut answer = queue.pop().try_call().unwrap();
    actor.turn();
    log.take();
    let mut end = pending(queue.shutdown());
    assert_eq!(actor.reason(), "shut down");
    ready(&mut end);
    assert_eq!(log.take(), ["back 1", "idle", "stopped with [1, 2]"]);
    assert!(matches!(
        answer.try_take().map(|value| value.map_err(CallError::into_kind)),
        Some(Err(CallErrorKind::Stopped))
    ));
}

#[test]
fn at_shutdown_a_waiting_caller_gets_its_reply() {
    let (queue, mut actor, log, _) = running(2);
    let mut call = pending(queue.pop());
    queue.close();
    let mut end = pending(queue.exited());
    actor.turn_with(&mut || {
        if call.is_woken() {
            assert_eq!(ready(&mut call), Ok(Some(1)));
        }
    });
    ready(&mut end);
    assert_eq!(log.take(), ["pop Some(1)", "idle", "stopped with [2]"]);
}

#[test]
fn a_call_that_is_not_polled_does_not_delay_the_exit() {
    let (queue, mut actor, log, _) = running(1);
    let mut call = pending(queue.pop());
    drop(pending(queue.shutdown()));
    assert_eq!(actor.reason(), "shut down");
    assert_eq!(log.take(), ["pop Some(1)", "back 1", "idle", "stopped with [1]"]);
    assert_eq!(outcome(&mut call), "the actor stopped before it answered `Queue::pop`");
}

#[test]
fn unread_replies_come_back_before_the_final_handler() {
    let (queue, mut actor, _, _) = running(3);
    let call = pending(queue.pop());
    let unread = queue.pop().try_call().unwrap();
    actor.turn();
    drop(call);
    let mut rest = pending(queue.finish());
    actor.turn();
    assert_eq!(ready(&mut rest).unwrap(), [1, 2, 3]);
    drop(unread);
}

#[test]
fn unread_replies_come_back_before_the_actor_is_returned() {
    let (log, gate) = (Log::default(), Gate::default());
    let (queue, mut actor) = rig_with(Builder::new(), queue(&log, &gate, 3));
    let one = pending(queue.pop());
    let two = queue.pop().try_call().unwrap();
    actor.turn();
    drop(one);
    queue.close();
    let exit = actor.exit();
    assert_eq!(exit.actor.unwrap().elements, [1, 2, 3]);
    drop(two);
}

#[test]
fn an_abort_takes_nothing_back() {
    let (queue, mut actor, log, _) = running(2);
    let call = pending(queue.pop());
    actor.turn();
    log.take();
    drop(call);
    queue.abort();
    assert_eq!(actor.reason(), "aborted");
    assert!(log.take().is_empty());
    assert!(now(queue.pop()).is_err());
}

/// A queue that is filled by a source.
struct Filled {
    log: Log,
    elements: VecDeque<u32>,
    arriving: tokio::sync::mpsc::UnboundedReceiver<u32>,
}

#[actor]
impl Filled {
    #[on(self.arriving.recv())]
    fn arrived(&mut self, element: u32) {
        self.log.add(format!("arrived {element}"));
        self.elements.push_back(element);
    }

    /// Takes the first element.
    #[cancel_safe(undelivered = put_back)]
    pub(crate) fn pop(&mut self) -> Option<u32> {
        self.elements.pop_front()
    }

    fn put_back(&mut self, element: Option<u32>) {
        self.log.add(format!("back {element:?}"));
        if let Some(element) = element {
            self.elements.push_front(element);
        }
    }

    #[on_release]
    fn released(&mut self) {
        self.log.add(format!("released with {:?}", self.elements));
    }
}

#[test]
fn unread_replies_come_back_to_an_actor_with_sources() {
    let log = Log::default();
    let (arrive, arriving) = tokio::sync::mpsc::unbounded_channel();
    let (queue, mut actor) = rig(Filled { log: log.clone(), elements: [1].into(), arriving });
    let call = pending(queue.pop());
    actor.turn();
    drop(call);
    // The loop is woken for the unread reply, and continues to wait for its source.
    actor.turn();
    assert_eq!(log.take(), ["back Some(1)"]);
    arrive.send(2).expect("the actor has the other end");
    actor.turn();
    assert_eq!(log.take(), ["arrived 2"]);
    let mut call = pending(queue.pop());
    actor.turn();
    assert_eq!(ready(&mut call), Ok(Some(1)));
    // At the end, too.
    let call = pending(queue.pop());
    actor.turn();
    let _shutdown = pending(queue.shutdown());
    actor.turn_with(&mut || {});
    assert_eq!(log.take(), ["back Some(2)"]);
    drop(call);
}

#[test]
fn unread_replies_of_a_lease_come_back_before_it_ends() {
    let log = Log::default();
    let (_arrive, arriving) = tokio::sync::mpsc::unbounded_channel();
    let (queue, mut actor) = rig(Filled { log: log.clone(), elements: [1, 2].into(), arriving });
    let mut lease = pending(queue.lease());
    actor.turn();
    let lease = ready(&mut lease).expect("the actor runs");
    let first = pending(lease.pop());
    let second = pending(lease.pop());
    actor.turn();
    drop(first);
    drop(second);
    drop(lease);
    actor.turn();
    assert_eq!(log.take(), ["back Some(2)", "back Some(1)", "released with [1, 2]"]);
}
