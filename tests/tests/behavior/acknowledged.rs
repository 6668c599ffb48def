//! `Reply::send_acknowledged`: the sender learns whether its reply was read.

use actor_runtime::{Reply, actor, spawn_thread};

use crate::support::{Log, now, pending, ready, rig, still_pending};

/// Gives each number once, to a caller that reads it.
struct Numbers {
    log: Log,
    next: u64,
}

#[actor]
impl Numbers {
    fn new(log: &Log) -> Self {
        Self { log: log.clone(), next: 1 }
    }

    /// The next number.
    pub(crate) async fn next(&mut self, reply: Reply<u64>) {
        match reply.send_acknowledged(self.next).await {
            Ok(()) => self.next += 1,
            Err(number) => self.log.add(format!("{number} was not read")),
        }
        self.log.add("over");
    }

    /// Like `next`, but runs for abandoned calls, too.
    #[handler(run_abandoned)]
    pub(crate) async fn next_for_anybody(&mut self, reply: Reply<u64>) {
        self.next(reply).await;
    }

    /// Replies, and does not wait for the acknowledgement.
    pub(crate) async fn next_in_haste(&mut self, reply: Reply<u64>) {
        let acknowledged = reply.send_acknowledged(self.next);
        self.log.add(format!("{acknowledged:?}"));
    }
}

#[test]
fn send_acknowledged_waits_until_the_reply_is_read() {
    let log = Log::default();
    let (numbers, mut actor) = rig(Numbers::new(&log));
    let mut one = pending(numbers.next());
    let mut two = pending(numbers.next());
    actor.turn();
    assert_eq!(log.take(), [""; 0]);
    still_pending(&mut two);
    assert_eq!(ready(&mut one), Ok(1));
    actor.turn();
    assert_eq!(log.take(), ["over"]);
    assert_eq!(ready(&mut two), Ok(2));
    let mut answer = numbers.next().try_call().unwrap();
    actor.turn();
    assert_eq!(answer.try_take(), Some(Ok(3)));
    actor.turn();
    assert_eq!(log.take(), ["over", "over"]);
}

#[test]
fn an_unread_reply_is_handed_back() {
    let log = Log::default();
    let (numbers, mut actor) = rig(Numbers::new(&log));
    let call = pending(numbers.next());
    actor.turn();
    assert_eq!(log.take(), [""; 0]);
    drop(call);
    actor.turn();
    assert_eq!(log.take(), ["1 was not read", "over"]);
    numbers.next().try_cast().unwrap();
    drop(pending(numbers.next_for_anybody()));
    actor.turn();
    assert_eq!(log.take(), ["1 was not read", "over", "1 was not read", "over"]);
    let mut call = pending(numbers.next());
    actor.turn();
    assert_eq!(ready(&mut call), Ok(1), "and it is still there");
}

#[test]
fn dropping_the_acknowledgement_leaves_the_reply_to_the_caller() {
    let log = Log::default();
    let (numbers, mut actor) = rig(Numbers::new(&log));
    let mut call = pending(numbers.next_in_haste());
    actor.turn();
    assert_eq!(log.take(), ["Acknowledged { .. }"]);
    assert_eq!(ready(&mut call), Ok(1));
    drop(pending(numbers.next_in_haste()));
    let call = pending(numbers.next_in_haste());
    actor.turn();
    drop(call);
}

#[test]
fn acknowledged_replies_work_on_an_actor_thread() {
    let numbers = spawn_thread(|| Numbers::new(&Log::default())).unwrap();
    assert_eq!(numbers.next().blocking(), Ok(1));
    drop(numbers.next().sent());
    let unread = now(numbers.next().sent()).unwrap();
    drop(unread);
    assert_eq!(numbers.next().blocking(), Ok(2));
}
