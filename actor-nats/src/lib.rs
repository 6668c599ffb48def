//! Handles of actors in other processes, over [NATS](https://nats.io).
//!
//! [`connect`] gives a [`Link`]. See `actor-remote` for what a link does, and what is lost with the network.
//!
//! # Connections
//!
//! The client connects again when its connection breaks, for as long as it takes, and names are served again. Calls that
//! are made meanwhile wait for the connection until their time is over, and then fail with
//! [`Disconnected`](actor_remote::RemoteErrorKind::Disconnected): they are not sent later.
//!
//! # Leaving a group
//!
//! NATS sends requests to a member until it knows that the member has left. Under load, a member that stops therefore serves
//! some more requests than can be on their way, counted by those of the last 10 milliseconds, and leaves after them, or after
//! a quarter of a second. One that got none in this time leaves at once; a request that is sent to it in this very moment is
//! lost, and its caller learns that at its deadline.
//!
//! # Security
//!
//! [`connect_with`] takes the options of [`async_nats`]:
//!
//! ```no_run
//! use actor_nats::async_nats::ConnectOptions;
//!
//! # async fn connect() -> Result<(), Box<dyn std::error::Error>> {
//! let options = ConnectOptions::new()
//!     .user_and_password("caller".to_owned(), "secret".to_owned())
//!     .add_root_certificates("ca.pem".into())
//!     .add_client_certificate("client.pem".into(), "client-key.pem".into())
//!     .custom_inbox_prefix("_INBOX_caller");
//! let link = actor_nats::connect_with("tls://nats.example:4222", options).await?;
//! # Ok(())
//! # }
//! ```
//!
//! TLS, names and passwords, and tokens need no feature. Keys and credentials files need `nkeys` of `async-nats`, which a
//! program enables by a dependency of its own.
//!
//! These subjects are used, where `NAME` is what is [served](Link::serve):
//!
//! | subject | content | published by | subscribed by |
//! |---|---|---|---|
//! | `actor.NAME` | requests and casts | callers | those who serve, in the queue group `actor` |
//! | `_INBOX.>`, or the prefix that was set | replies | those who serve | callers, and those who serve while they begin |
//! | `actor-topic.control.NAME` | a caller has gone | callers | those who serve |
//! | `actor-topic.process.*` | a caller has gone or has read something | callers | those who serve |
//! | `actor-topic.beat.*` | a process is alive, once a second | those who serve | callers |
//!
//! So in the server's configuration, a user who may only call the actors below `counters`, and one who serves them:
//!
//! ```text
//! { user: caller, password: $CALLER, permissions: {
//!     publish: ["actor.counters.>", "actor-topic.control.counters.>", "actor-topic.process.*"]
//!     subscribe: ["_INBOX_caller.>", "actor-topic.beat.*"] } }
//! { user: server, password: $SERVER, permissions: {
//!     publish: ["_INBOX_caller.>", "actor-topic.beat.*"]
//!     subscribe: ["actor.counters.>", "actor-topic.control.counters.>", "actor-topic.process.*", "_INBOX_server.>"] } }
//! ```
//!
//! A prefix for each user keeps one from reading the replies to another.
//!
//! NATS does not tell a caller that a message was refused: a call to a name that its user may not call ends with
//! [`TimedOut`](actor_remote::RemoteErrorKind::TimedOut), and the reason is in the
//! [events](async_nats::ConnectOptions::event_callback) of the client. The same holds for a service whose user may not
//! subscribe to its name: it begins, and gets no requests.

mod leaving;
mod outgoing;

use std::{future::ready, mem, pin::Pin, sync::Arc, time::Duration};

use actor_remote::{
    BoxFuture, BoxStream, Engine, EngineError, Inbox, Link, Request, Requests, Responder,
};
pub use async_nats;
use async_nats::{
    Client, ConnectError, ConnectOptions, Message, StatusCode, Subject, Subscriber, ToServerAddrs,
    connection::State,
};
use bytes::Bytes;
use futures_util::{FutureExt, Stream, StreamExt, stream::Map};
use tokio::{
    task::AbortHandle,
    time::{sleep, timeout},
};

use crate::{
    leaving::leave,
    outgoing::{Outgoing, Queue},
};

/// The queue group of those who serve a name: each request goes to one of them.
const GROUP: &str = "actor";

/// How often the client is asked whether it is connected again.
const PAUSE: Duration = Duration::from_millis(10);

/// How long a service may take to begin.
const BEGIN: Duration = Duration::from_secs(5);

/// Connects to a NATS server, with the default options of its client.
///
/// # Errors
///
/// Returns a [`ConnectError`] if there is no connection.
///
/// # Panics
///
/// Panics outside of a tokio runtime.
///
/// # Examples
///
/// ```no_run
/// # async fn connect() -> Result<(), Box<dyn std::error::Error>> {
/// let link = actor_nats::connect("nats://127.0.0.1:4222").await?;
/// # Ok(())
/// # }
/// ```
pub async fn connect(address: impl ToServerAddrs) -> Result<Link, ConnectError> {
    connect_with(address, ConnectOptions::new()).await
}

/// Connects to a NATS server with options: names and passwords, TLS, keys, times.
///
/// # Errors
///
/// Returns a [`ConnectError`] if there is no connection.
///
/// # Panics
///
/// Panics outside of a tokio runtime.
pub async fn connect_with(
    address: impl ToServerAddrs,
    options: ConnectOptions,
) -> Result<Link, ConnectError> {
    let client = async_nats::connect_with_options(address, options).await?;
    let inbox = Inbox::new();
    let replies = client.new_inbox();
    let subscribed = client.subscribe(format!("{replies}.*")).await;
    let subscriber = subscribed.map_err(|error| {
        ConnectError::with_source(async_nats::ConnectErrorKind::Io, error.to_string())
    })?;
    let reading = tokio::spawn(read(subscriber, inbox.clone())).abort_handle();
    let outgoing = Queue::start(client.clone(), inbox.clone());
    Ok(Link::new(Nats { client, replies, reading, outgoing }, inbox))
}

/// Passes replies to the inbox.
async fn read(mut subscriber: Subscriber, inbox: Inbox) {
    while let Some(message) = subscriber.next().await {
        let number = message.subject.rsplit('.').next().and_then(|number| number.parse().ok());
        match (number, message.status) {
            (Some(number), Some(StatusCode::NO_RESPONDERS)) => inbox.nobody(number),
            (Some(number), _) => inbox.reply(number, message.payload),
            (None, _) => {}
        }
    }
}

/// A connection to a server.
#[derive(Debug)]
struct Nats {
    client: Client,
    /// What the subjects of replies begin with.
    replies: String,
    reading: AbortHandle,
    outgoing: Queue,
}

impl Drop for Nats {
    fn drop(&mut self) {
        self.reading.abort();
    }
}

impl Nats {
    fn is_connected(&self) -> bool {
        self.client.connection_state() == State::Connected
    }
}

/// Waits for a round trip to the server: a request to a subject without subscribers is answered at once.
async fn settled(client: &Client) -> Result<(), EngineError> {
    // One who serves may publish to such subjects.
    let subject = topic_subject("beat.0");
    match timeout(BEGIN, client.request(subject, Bytes::new())).await {
        Ok(_) => Ok(()),
        Err(_) => Err(EngineError::new(
            "the NATS server does not answer, or this user may not publish to `actor-topic.beat.*`",
        )),
    }
}

fn subject(name: &str) -> String {
    ["actor.", name].concat()
}

fn topic_subject(topic: &str) -> String {
    ["actor-topic.", topic].concat()
}

impl Engine for Nats {
    fn max_message(&self) -> usize {
        self.client.max_payload()
    }

    // Without a connection, the client keeps what it is given, and would send it after the caller has gone.
    fn connected(&self, within: Duration) -> Option<BoxFuture<'_, Result<(), EngineError>>> {
        if self.is_connected() {
            return None;
        }
        let connected = timeout(within, async {
            while !self.is_connected() {
                sleep(PAUSE).await;
            }
        });
        let reason = "there is no connection to the NATS server";
        Some(
            connected.map(move |connected| connected.map_err(|_| EngineError::new(reason))).boxed(),
        )
    }

    fn request<'a>(
        &'a self,
        name: &'a str,
        number: u64,
        request: Bytes,
        _: Duration,
    ) -> BoxFuture<'a, Result<(), EngineError>> {
        let reply = Some((format!("{}.{number}", self.replies), number));
        self.outgoing.send(Outgoing { subject: subject(name), reply, message: request })
    }

    fn send<'a>(
        &'a self,
        name: &'a str,
        message: Bytes,
        _: Duration,
    ) -> BoxFuture<'a, Result<(), EngineError>> {
        self.outgoing.send(Outgoing { subject: subject(name), reply: None, message })
    }

    fn serve<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Box<dyn Requests>, EngineError>> {
        async move {
            let subscribed = self.client.queue_subscribe(subject(name), GROUP.into()).await;
            let subscriber = subscribed.map_err(EngineError::new)?;
            settled(&self.client).await?;
            let requests: Box<dyn Requests> = Box::new(Served::new(subscriber, &self.client));
            Ok(requests)
        }
        .boxed()
    }

    fn publish<'a>(
        &'a self,
        topic: &'a str,
        message: Bytes,
    ) -> BoxFuture<'a, Result<(), EngineError>> {
        async move {
            self.client.publish(topic_subject(topic), message).await.map_err(EngineError::new)
        }
        .boxed()
    }

    fn subscribe<'a>(
        &'a self,
        topic: &'a str,
    ) -> BoxFuture<'a, Result<BoxStream<Bytes>, EngineError>> {
        async move {
            let subscribed = self.client.subscribe(topic_subject(topic)).await;
            let subscriber = subscribed.map_err(EngineError::new)?;
            let payload: fn(Message) -> Bytes = |message| message.payload;
            let messages: Map<Subscriber, _> = subscriber.map(payload);
            Ok(messages.boxed())
        }
        .boxed()
    }
}

struct Served {
    requests: Incoming,
    /// How many requests have come.
    received: u64,
    client: Arc<Client>,
}

enum Incoming {
    Serving(Subscriber),
    Leaving(BoxStream<Message>),
    Ended,
}

impl Served {
    fn new(subscriber: Subscriber, client: &Client) -> Self {
        Self {
            requests: Incoming::Serving(subscriber),
            received: 0,
            client: Arc::new(client.clone()),
        }
    }
}

impl Stream for Served {
    type Item = Request;

    fn poll_next(
        mut self: Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Request>> {
        let Self { requests, received, client } = &mut *self;
        let message = match requests {
            Incoming::Serving(subscriber) => subscriber.poll_next_unpin(cx),
            Incoming::Leaving(requests) => requests.poll_next_unpin(cx),
            Incoming::Ended => std::task::Poll::Ready(None),
        };
        message.map(|message| {
            let Message { payload, reply, .. } = message?;
            *received += 1;
            let responder = reply.map(|subject| {
                let responder: Box<dyn Responder> =
                    Box::new(Reply { client: client.clone(), subject });
                responder
            });
            Some(Request { message: payload, responder })
        })
    }
}

impl Requests for Served {
    fn close(&mut self) -> BoxFuture<'_, ()> {
        self.requests = match mem::replace(&mut self.requests, Incoming::Ended) {
            Incoming::Serving(subscriber) => {
                Incoming::Leaving(leave(subscriber, self.received).boxed())
            }
            other => other,
        };
        ready(()).boxed()
    }

    fn flush(&mut self) -> BoxFuture<'_, ()> {
        async {
            // Without a connection they are lost.
            if self.client.connection_state() == State::Connected {
                let _ = settled(&self.client).await;
            }
        }
        .boxed()
    }
}

/// The way back to the sender of a request.
#[derive(Debug)]
struct Reply {
    client: Arc<Client>,
    subject: Subject,
}

impl Responder for Reply {
    fn respond(&self, reply: Bytes) -> BoxFuture<'_, ()> {
        async {
            // A client that is closed for good loses replies as it loses requests.
            let _ = self.client.publish(self.subject.clone(), reply).await;
        }
        .boxed()
    }
}
