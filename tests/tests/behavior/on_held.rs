//! `#[actor(messages_if = ..)]`: messages wait in the mailbox until an event lets them through.

use actor_runtime::{
    ActorHandle, Builder, Capacity, Context, ExitReason, Reply, TrySendError, actor,
};
use tokio::sync::mpsc;

use crate::support::{Log, outcome, pending, ready, rig, rig_with, still_pending};

const STOPPED: &str = "the actor stopped before it answered `Client::ask`";
const UNANSWERED: &str = "`Client::ask` dropped its reply without answering";

/// Sends requests to a server that answers them in order, a few at a time.
struct Client {
    answers: mpsc::UnboundedReceiver<u32>,
    asked: Vec<Reply<u32>>,
    window: usize,
    log: Log,
}

#[actor(messages_if = self.asked.len() < self.window)]
impl Client {
    /// Asks the server.
    pub(crate) fn ask(&mut self, reply: Reply<u32>) {
        assert!(self.asked.len() < self.window);
        self.log.add("asked");
        self.asked.push(reply);
    }

    #[on(self.answers.recv(), if !self.asked.is_empty())]
    fn answer(&mut self, answer: Option<u32>, context: &Context<Self>) {
        match answer {
            Some(0) => self.window = 0,
            Some(answer) => self.asked.remove(0).send(answer),
            None => context.stop(),
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
}

fn client(window: usize) -> (Client, mpsc::UnboundedSender<u32>, Log) {
    let (sender, answers) = mpsc::unbounded_channel();
    let log = Log::default();
    let client = Client { answers, asked: Vec::new(), window, log: log.clone() };
    (client, sender, log)
}

#[test]
fn messages_are_held_back_until_an_event_lets_them_through() {
    let (client, server, log) = client(2);
    let (client, mut actor) = rig(client);
    let mut calls: Vec<_> = (0..4).map(|_| pending(client.ask())).collect();
    actor.turn();
    assert_eq!(log.take(), ["asked", "asked", "idle"]);
    assert_eq!(client.mailbox_len(), 2);
    server.send(7).unwrap();
    actor.turn();
    assert_eq!(log.take(), ["asked", "idle"]);
    assert_eq!(ready(&mut calls[0]), Ok(7));
    for answer in [8, 9, 10] {
        server.send(answer).unwrap();
    }
    actor.turn();
    assert_eq!(ready(&mut calls[3]), Ok(10));
}

#[test]
fn senders_wait_while_messages_are_held_back() {
    let (client, server, log) = client(1);
    let (client, mut actor) = rig_with(Builder::new().mailbox(Capacity::bounded(1)), client);
    let mut first = pending(client.ask());
    actor.turn();
    let mut second = pending(client.ask());
    let mut third = pending(client.ask().cast());
    assert!(matches!(client.ask().try_cast(), Err(TrySendError::Full(_))));
    actor.turn();
    still_pending(&mut third);
    assert_eq!(log.take(), ["asked", "idle"]);
    server.send(1).unwrap();
    actor.turn();
    assert_eq!(ready(&mut first), Ok(1));
    assert!(ready(&mut third).is_ok());
    still_pending(&mut second);
}

#[test]
fn a_closed_mailbox_is_drained_as_events_let_messages_through() {
    let (client, server, log) = client(1);
    let (client, mut actor) = rig(client);
    let mut calls: Vec<_> = (0..3).map(|_| pending(client.ask())).collect();
    actor.turn();
    client.close();
    actor.turn();
    assert!(actor.runs(), "an answer may let the others through");
    for answer in [1, 2] {
        server.send(answer).unwrap();
        actor.turn();
    }
    assert_eq!(log.take(), ["asked", "idle", "asked", "idle", "asked", "idle", "stop"]);
    assert_eq!(actor.exit().reason, ExitReason::Shutdown);
    assert_eq!(ready(&mut calls[1]), Ok(2));
    assert_eq!(outcome(&mut calls[2]), UNANSWERED, "it was asked, and the state was handed back");
}

#[test]
fn held_messages_are_refused_if_no_source_could_let_them_through() {
    let (client, _server, log) = client(0);
    let (client, mut actor) = rig(client);
    let mut call = pending(client.ask());
    actor.turn();
    still_pending(&mut call);
    client.close();
    assert_eq!(actor.exit().reason, ExitReason::Shutdown);
    assert_eq!(log.take(), ["stop"]);
    assert_eq!(outcome(&mut call), STOPPED);
}

#[test]
fn held_messages_are_refused_when_the_source_ends() {
    let (client, server, log) = client(1);
    let (client, mut actor) = rig(client);
    let mut calls: Vec<_> = (0..2).map(|_| pending(client.ask())).collect();
    actor.turn();
    assert_eq!(log.take(), ["asked", "idle"]);
    drop(server);
    assert_eq!(actor.exit().reason, ExitReason::Shutdown);
    assert_eq!(log.take(), ["idle", "stop"]);
    assert_eq!(outcome(&mut calls[0]), UNANSWERED, "it was asked, and the state was handed back");
    assert_eq!(outcome(&mut calls[1]), STOPPED);
}

#[test]
fn an_abort_ends_an_actor_that_holds_messages_back() {
    let (client, _server, log) = client(0);
    let (client, mut actor) = rig(client);
    let mut call = pending(client.ask());
    actor.turn();
    client.abort();
    assert_eq!(actor.exit().reason, ExitReason::Aborted);
    assert_eq!(log.take(), [""; 0]);
    assert_eq!(outcome(&mut call), STOPPED);
}

#[test]
fn dropping_the_last_handle_ends_an_actor_that_holds_messages_back() {
    let (client, _server, _log) = client(0);
    let (client, mut actor) = rig(client);
    client.ask().try_cast().unwrap();
    actor.turn();
    drop(client);
    assert_eq!(actor.exit().reason, ExitReason::HandlesDropped);
}
