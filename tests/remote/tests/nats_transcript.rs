//! What goes over the wire, byte by byte, as a client without these crates sees it: requests and replies in JSON.
//!
//! `actor-remote/README.md` describes them. A change here is a change for every client in another language.
#![cfg(feature = "nats")]

use std::{future::IntoFuture, time::Duration};

use actor_nats::async_nats::{Client, Subscriber, connect};
use actor_remote::{Codec, Link};
use actor_remote_tests::{
    actors::{Desk, DeskHandle, DeskRemote},
    nats::Server,
};
use actor_runtime::{ActorHandle, Scope};
use futures_util::{FutureExt, StreamExt};
use tokio::time::timeout;

/// A desk that is served, and a client that knows only NATS.
struct Wire {
    server: Server,
    scope: Scope,
    link: Link,
    desk: DeskHandle,
    client: Client,
}

impl Wire {
    async fn new() -> Option<Self> {
        let server = Server::start()?;
        let link = actor_nats::connect(server.address()).await.expect("it is connected");
        let scope = Scope::new();
        let desk: DeskHandle = scope.spawn(Desk { tickets: vec![1, 2], ..Desk::default() });
        link.serve("desk", &desk, &scope).await.expect("it can be served");
        let client = connect(server.address()).await.expect("it is connected");
        Some(Self { server, scope, link, desk, client })
    }

    fn address(&self) -> String {
        self.server.address()
    }

    /// Sends a request, and returns where the replies come.
    async fn ask(&self, request: &str) -> Subscriber {
        let inbox = self.client.new_inbox();
        let replies = self.client.subscribe(inbox.clone()).await.expect("it is connected");
        let request = request.to_owned().into();
        self.client.publish_with_reply("actor.desk", inbox, request).await.expect("it is sent");
        replies
    }

    async fn reply(&self, request: &str) -> String {
        next(&mut self.ask(request).await).await
    }
}

async fn next(messages: &mut Subscriber) -> String {
    let message = timeout(Duration::from_secs(10), messages.next()).await;
    let message = message.expect("a message comes").expect("the client is connected");
    String::from_utf8(message.payload.to_vec()).expect("JSON is UTF-8")
}

/// Subscribes, and waits until the server knows that.
async fn listen(client: &Client, subject: &'static str) -> Subscriber {
    let mut messages = client.subscribe(subject).await.expect("it is connected");
    client.publish(subject, "begun".into()).await.expect("it is connected");
    assert_eq!(next(&mut messages).await, "begun");
    messages
}

/// `"accepted":7` of whatever number.
fn without_number(text: &str, name: &str) -> String {
    let Some((before, after)) = text.split_once(&format!("\"{name}\":")) else {
        return text.to_owned();
    };
    let after = after.trim_start_matches(|letter: char| letter.is_ascii_digit());
    format!("{before}\"{name}\":N{after}")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_and_their_replies() {
    let Some(wire) = Wire::new().await else { return };
    let echo = r#"{"method":"echo","arguments":{"text":"ä","numbers":[1,2],"perhaps":null}}"#;
    let without = r#"{"method":"echo","arguments":{"numbers":[],"text":"","unknown":1}}"#;
    for (request, reply) in [
        (echo, r#"{"answer":["ä",[1,2],null]}"#),
        (without, r#"{"answer":["",[],null]}"#),
        (r#"{"method":"run","arguments":{"number":1}}"#, r#"{"answer":null}"#),
        (r#"{"method":"ran"}"#, r#"{"answer":[1]}"#),
        (r#"{"method":"divide","arguments":{"dividend":7,"divisor":2}}"#, r#"{"answer":{"Ok":3}}"#),
        (
            r#"{"method":"divide","arguments":{"dividend":7,"divisor":0}}"#,
            r#"{"answer":{"Err":"division by zero"}}"#,
        ),
        (r#"{"method":"take"}"#, r#"{"tell_when_read":true,"answer":2}"#),
        (r#"{"method":"ignore"}"#, r#"{"error":{"kind":"unanswered"}}"#),
        (r#"{"method":"wait_marked","within_ms":20}"#, r#"{"error":{"kind":"late"}}"#),
        (
            r#"{"method":"attach"}"#,
            r#"{"error":{"kind":"undecodable","message":"`Desk` has no handler `attach` for others"}}"#,
        ),
        (
            r#"{"method":"run"}"#,
            r#"{"error":{"kind":"undecodable","message":"argument `number` is missing; the handler is `run(number: u64) -> ()`"}}"#,
        ),
        (
            r#"{"arguments":{}}"#,
            r#"{"error":{"kind":"undecodable","message":"it names no method"}}"#,
        ),
        (
            r#"{"method":"bytes","arguments":{"length":1000000}}"#,
            r#"{"error":{"kind":"unreadable","message":"it has 2000012 bytes, and 1048576 are allowed"}}"#,
        ),
        (r#"{"method":"panic","arguments":{"text":"secret"}}"#, r#"{"error":{"kind":"panicked"}}"#),
    ] {
        assert_eq!(wire.reply(request).await, reply, "to {request}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_mailbox_and_an_actor_that_stops() {
    let Some(wire) = Wire::new().await else { return };
    let wait = r#"{"method":"wait","accepted":true,"arguments":{"number":1}}"#;
    let mut waiting = wire.ask(wait).await;
    assert_eq!(without_number(&next(&mut waiting).await, "accepted"), r#"{"accepted":N}"#);
    let mut queued = (wire.ask(wait).await, wire.ask(wait).await);
    assert_eq!(without_number(&next(&mut queued.0).await, "accepted"), r#"{"accepted":N}"#);
    assert_eq!(without_number(&next(&mut queued.1).await, "accepted"), r#"{"accepted":N}"#);
    assert_eq!(wire.reply(r#"{"method":"ran"}"#).await, r#"{"error":{"kind":"full"}}"#);
    wire.desk.abort();
    assert_eq!(next(&mut waiting).await, r#"{"error":{"kind":"stopped"}}"#);
    drop(wire.scope);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn streams() {
    let Some(wire) = Wire::new().await else { return };
    // One who does not say who it is gets everything at once.
    let mut all = wire.ask(r#"{"method":"count","arguments":{"end":20}}"#).await;
    assert_eq!(without_number(&next(&mut all).await, "accepted"), r#"{"accepted":N}"#);
    for number in 0..20 {
        assert_eq!(next(&mut all).await, format!(r#"{{"number":{number},"item":{number}}}"#));
    }
    assert_eq!(next(&mut all).await, r#"{"end":20}"#);

    // One who does gets 16 more than it says that it has taken.
    let mut some =
        wire.ask(r#"{"method":"count","caller":5,"number":6,"arguments":{"end":18}}"#).await;
    let accepted = next(&mut some).await;
    let process = accepted.trim_start_matches(r#"{"accepted":"#).trim_end_matches('}');
    for number in 0..16 {
        assert_eq!(next(&mut some).await, format!(r#"{{"number":{number},"item":{number}}}"#));
    }
    let tell = async |text: &'static str| {
        let topic = format!("actor-topic.process.{process}");
        wire.client.publish(topic, text.into()).await.expect("it is sent");
    };
    tell(r#"{"caller":5,"number":6,"taken":0,"asks":true}"#).await;
    assert_eq!(next(&mut some).await, r#"{"sent":16}"#);
    tell(r#"{"caller":5,"number":6,"taken":8}"#).await;
    assert_eq!(next(&mut some).await, r#"{"number":16,"item":16}"#);
    assert_eq!(next(&mut some).await, r#"{"number":17,"item":17}"#);
    assert_eq!(next(&mut some).await, r#"{"end":18}"#);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_caller_tells() {
    let Some(wire) = Wire::new().await else { return };
    // An answer that is read stays with its reader, and one whose reader goes comes back.
    let take = r#"{"method":"take","caller":5,"number":1}"#;
    assert_eq!(wire.reply(take).await, r#"{"tell_when_read":true,"answer":2}"#);
    let tell = async |text: &'static str| {
        wire.client.publish("actor-topic.control.desk", text.into()).await.expect("it is sent");
    };
    tell(r#"{"caller":5,"number":1,"cancel":true}"#).await;
    idle(&wire.link).await;
    assert_eq!(wire.desk.tickets().await, Ok(vec![1, 2]));
    assert_eq!(
        wire.reply(&take.replace(":1}", ":2}")).await,
        r#"{"tell_when_read":true,"answer":2}"#
    );
    tell(r#"{"caller":5,"number":2,"read":true}"#).await;
    idle(&wire.link).await;
    assert_eq!(wire.desk.tickets().await, Ok(vec![1]));
}

async fn idle(link: &Link) {
    for _ in 0..5000 {
        if link.stats().serving == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    panic!("{:?}", link.stats());
}

/// What a link sends, in JSON and in CBOR.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_of_a_link() {
    let Some(server) = Server::start() else { return };
    let client = connect(server.address()).await.expect("it is connected");
    let mut requests = listen(&client, "actor.desk").await;
    let link = actor_nats::connect(server.address()).await.expect("it is connected");
    let json: DeskRemote = link.clone().codec(Codec::Json).find("desk");
    let cbor: DeskRemote = link.find("desk");
    json.run(7).cast().await.expect("it is sent");
    cbor.run(7).one_reply().cast().await.expect("it is sent");
    let short = Duration::from_secs(1);
    let call = tokio::spawn(json.echo("a", vec![1], None).timeout(short).into_future());
    let cast = next(&mut requests).await;
    assert_eq!(cast, r#"{"method":"run","accepted":true,"arguments":{"number":7}}"#);
    let cast = requests.next().await.expect("it is sent").payload;
    assert_eq!(&cast[..], b"\xbf\x66method\x63run\x69arguments\xbf\x66number\x07\xff\xff");
    let request = without_number(&next(&mut requests).await, "caller");
    let request = without_number(&without_number(&request, "within_ms"), "number");
    assert_eq!(
        request,
        r#"{"method":"echo","caller":N,"number":N,"within_ms":N,"accepted":true,"arguments":{"text":"a","numbers":[1],"perhaps":null}}"#
    );
    call.abort();
}

/// Requests leave in the order in which they were made, also if those of several callers are gathered, and none for a
/// caller that has gone by then. The tasks of this test share a thread, so nothing is sent before it waits.
#[tokio::test]
async fn requests_that_are_gathered() {
    let Some(wire) = Wire::new().await else { return };
    let mut requests = listen(&wire.client, "actor.gathered").await;
    let remote: DeskRemote = wire.link.clone().codec(Codec::Json).find("gathered");
    let begin = |number| {
        let mut call = remote.run(number).into_future();
        assert!((&mut call).now_or_never().is_none());
        call
    };
    let others = [0; 4].map(begin);
    let first = begin(1);
    drop(begin(2));
    assert!(remote.run(3).cast().now_or_never().is_some(), "it waits for nothing");
    let last = begin(4);
    let mut numbers = Vec::new();
    while numbers.last() != Some(&4) {
        let request: serde_json::Value =
            serde_json::from_str(&next(&mut requests).await).expect("an object");
        numbers.push(request["arguments"]["number"].as_u64().expect("a number"));
    }
    assert_eq!(numbers, [0, 0, 0, 0, 1, 3, 4]);
    drop((others, first, last));
}

/// A link sends what it has accepted, also if it is dropped at once.
#[tokio::test]
async fn casts_of_a_link_that_is_dropped() {
    let Some(wire) = Wire::new().await else { return };
    let mut requests = listen(&wire.client, "actor.dropped").await;
    let address = wire.address();
    let link = actor_nats::connect(address).await.expect("it is connected").codec(Codec::Json);
    let remote: DeskRemote = link.find("dropped");
    for number in 0..1000 {
        remote.run(number).cast().await.expect("it is sent");
    }
    drop((link, remote));
    for number in 0..1000 {
        let request: serde_json::Value =
            serde_json::from_str(&next(&mut requests).await).expect("an object");
        assert_eq!(request["arguments"]["number"], number);
    }
}
