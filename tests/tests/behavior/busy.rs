//! `#[actor(busy_if = ..)]`: an actor whose mailbox is closed completes the work that it waits for.

use actor_runtime::{ActorHandle, CallErrorKind, Context, ExitReason, Reply, actor};
use tokio::{sync::mpsc, task::JoinSet};

use crate::support::{Log, now, pending, ready, rig, still_pending};

/// Sends requests to a server that answers them in order.
struct Session {
    answers: mpsc::UnboundedReceiver<u32>,
    asked: Vec<Reply<u32>>,
    log: Log,
}

#[actor(busy_if = !self.asked.is_empty())]
impl Session {
    /// Asks the server.
    pub(crate) fn ask(&mut self, reply: Reply<u32>) {
        self.log.add("asked");
        self.asked.push(reply);
    }

    #[on(self.answers.recv(), if !self.asked.is_empty())]
    fn answer(&mut self, answer: u32) {
        self.log.add("answered");
        if answer == 0 {
            panic!("on purpose");
        }
        self.asked.remove(0).send(answer);
    }

    #[on_stop]
    fn stop(&self) {
        self.log.add("stop");
    }

    #[on_release]
    fn release(&self) {
        self.log.add("released");
    }
}

fn session() -> (Session, mpsc::UnboundedSender<u32>, Log) {
    let (sender, answers) = mpsc::unbounded_channel();
    let log = Log::default();
    (Session { answers, asked: Vec::new(), log: log.clone() }, sender, log)
}

#[test]
fn a_closed_actor_answers_what_it_has_accepted() {
    let (session, server, log) = session();
    let (session, mut actor) = rig(session);
    let mut first = pending(session.ask());
    actor.turn();
    let mut second = pending(session.ask());
    session.close();
    actor.turn();
    assert!(actor.runs());
    assert_eq!(log.take(), ["asked", "asked"]);
    server.send(1).unwrap();
    actor.turn();
    assert_eq!(ready(&mut first), Ok(1));
    assert!(actor.runs(), "one is left");
    server.send(2).unwrap();
    actor.turn();
    assert_eq!(ready(&mut second), Ok(2));
    assert_eq!(log.take(), ["answered", "answered", "stop"]);
    assert_eq!(actor.exit().reason, ExitReason::Shutdown);
}

#[test]
fn an_actor_whose_last_handle_is_dropped_answers_as_well() {
    let (session, server, _log) = session();
    let (session, mut actor) = rig(session);
    let mut answer = pending(session.ask().try_call().unwrap());
    actor.turn();
    drop(session);
    actor.turn();
    server.send(1).unwrap();
    actor.turn();
    assert_eq!(ready(&mut answer), Ok(1));
    assert_eq!(actor.exit().reason, ExitReason::HandlesDropped);
}

#[test]
fn a_call_to_a_busy_closed_actor_is_refused() {
    let (session, server, _log) = session();
    let (session, mut actor) = rig(session);
    let mut first = pending(session.ask());
    actor.turn();
    session.close();
    actor.turn();
    let error = now(session.ask()).unwrap_err();
    assert!(matches!(error.kind(), CallErrorKind::Closed));
    server.send(1).unwrap();
    actor.turn();
    assert_eq!(ready(&mut first), Ok(1));
}

#[test]
fn a_closed_actor_that_is_not_busy_ends_at_once() {
    let (session, server, log) = session();
    let (session, mut actor) = rig(session);
    server.send(1).unwrap();
    session.close();
    actor.turn();
    assert_eq!(actor.exit().reason, ExitReason::Shutdown);
    assert_eq!(log.take(), ["stop"]);
}

#[test]
fn an_abort_ends_a_busy_actor() {
    let (session, _server, log) = session();
    let (session, mut actor) = rig(session);
    let mut call = pending(session.ask());
    actor.turn();
    session.close();
    actor.turn();
    session.abort();
    actor.turn();
    assert_eq!(actor.exit().reason, ExitReason::Aborted);
    assert!(ready(&mut call).is_err());
    assert_eq!(log.take(), ["asked"]);
}

#[test]
fn a_panic_ends_a_busy_actor() {
    let (session, server, _log) = session();
    let (session, mut actor) = rig(session);
    let mut call = pending(session.ask());
    actor.turn();
    session.close();
    server.send(0).unwrap();
    actor.turn();
    assert!(actor.exit().reason.to_string().contains("panicked"));
    assert!(ready(&mut call).is_err());
}

#[test]
fn a_busy_actor_with_no_source_left_ends() {
    let (session, server, log) = session();
    let (session, mut actor) = rig(session);
    let mut call = pending(session.ask());
    actor.turn();
    drop(server);
    session.close();
    actor.turn();
    assert_eq!(actor.exit().reason, ExitReason::Shutdown);
    assert_eq!(log.take(), ["asked", "stop"]);
    assert!(ready(&mut call).is_err());
}

#[test]
fn a_lease_of_a_busy_actor_ends() {
    let (session, server, log) = session();
    let (session, mut actor) = rig(session);
    let mut first = pending(session.ask());
    let mut lease = pending(session.lease());
    actor.turn();
    let lease = ready(&mut lease).unwrap();
    let mut second = pending(session.ask());
    drop(lease);
    actor.turn();
    assert_eq!(log.take(), ["asked", "released", "asked"]);
    session.close();
    actor.turn();
    still_pending(&mut first);
    server.send(1).unwrap();
    server.send(2).unwrap();
    actor.turn();
    assert_eq!(ready(&mut first), Ok(1));
    assert_eq!(ready(&mut second), Ok(2));
    assert_eq!(actor.exit().reason, ExitReason::Shutdown);
}

#[test]
fn a_busy_actor_that_is_leased_while_it_closes_completes_its_work() {
    let (session, server, log) = session();
    let (session, mut actor) = rig(session);
    let mut first = pending(session.ask());
    let mut lease = pending(session.lease());
    actor.turn();
    let lease = ready(&mut lease).unwrap();
    session.close();
    actor.turn();
    assert!(actor.runs());
    server.send(1).unwrap();
    actor.turn();
    assert_eq!(ready(&mut first), Ok(1));
    assert_eq!(log.take(), ["asked", "released", "answered", "stop"]);
    assert_eq!(actor.exit().reason, ExitReason::Shutdown);
    drop(lease);
}

/// Fetches in tasks of its own, a few at a time.
struct Fetcher {
    tasks: JoinSet<u32>,
    replies: Vec<Reply<u32>>,
}

#[actor(messages_if = self.replies.is_empty(), busy_if = !self.replies.is_empty())]
impl Fetcher {
    /// Adds one, in a task.
    pub(crate) fn fetch(&mut self, number: u32, reply: Reply<u32>) {
        self.replies.push(reply);
        self.tasks.spawn(async move {
            tokio::task::yield_now().await;
            number + 1
        });
    }

    #[on(self.tasks.join_next())]
    fn fetched(&mut self, outcome: Result<u32, tokio::task::JoinError>, _context: &Context<Self>) {
        if let (Some(reply), Ok(number)) = (self.replies.pop(), outcome) {
            reply.send(number);
        }
    }
}

#[tokio::test]
async fn held_messages_and_running_tasks_are_completed() {
    let fetcher = actor_runtime::spawn(Fetcher { tasks: JoinSet::new(), replies: Vec::new() });
    let mut answers = Vec::new();
    for number in 0..10 {
        answers.push(fetcher.fetch(number).sent().await.unwrap());
    }
    assert_eq!(fetcher.shutdown().await, ExitReason::Shutdown);
    for (number, answer) in (0..).zip(answers) {
        assert_eq!(answer.await, Ok(number + 1));
    }
}
