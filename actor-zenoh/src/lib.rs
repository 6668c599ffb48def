//! Handles of actors in other processes, over [zenoh](https://zenoh.io): without a broker.
//!
//! [`open`] gives a [`Link`]. See `actor-remote` for what a link does, and what is lost with the network.
//!
//! # What differs from other engines
//!
//! - zenoh says at once that a process has died, so calls under way fail without waiting for its heartbeat.
//! - Each call goes to the process that is closest, as zenoh has it. Several that serve one name are not a group whose
//!   members share the calls: a second one is for when the first has gone.
//! - A name that was served a moment ago may not be known everywhere yet. A call waits up to 50 milliseconds for
//!   somebody who serves the name before it fails with `Unreachable`.
//! - zenoh needs a tokio runtime with several threads.

use std::{
    collections::HashMap,
    fmt,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use actor_remote::{
    BoxFuture, BoxStream, Engine, EngineError, Inbox, Link, Request, Requests, Responder,
};
use bytes::Bytes;
use futures_util::{FutureExt, Stream, StreamExt};
use tokio::{
    sync::mpsc::{self, UnboundedReceiver},
    time::{Instant, sleep},
};
pub use zenoh;
use zenoh::{
    Config, Session,
    bytes::ZBytes,
    pubsub::Subscriber,
    qos::CongestionControl,
    query::{ConsolidationMode, Querier, Query, QueryTarget, Queryable},
};

/// How long a call waits for somebody who serves its name.
const GRACE: Duration = Duration::from_millis(50);

/// How often it looks.
const PAUSE: Duration = Duration::from_millis(2);

/// How long zenoh keeps a request whose replies have not ended. Calls have deadlines of their own, and streams have none.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 3600);

/// What a request has attached that wants no reply.
const CAST: &[u8] = b"cast";

/// Opens a session, and a link over it.
///
/// # Errors
///
/// Returns the error of [`zenoh::open`].
///
/// # Panics
///
/// Panics outside of a tokio runtime with several threads.
///
/// # Examples
///
/// ```no_run
/// # async fn open() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
/// let link = actor_zenoh::open(actor_zenoh::zenoh::Config::default()).await?;
/// # Ok(())
/// # }
/// ```
pub async fn open(config: Config) -> zenoh::Result<Link> {
    Ok(over(zenoh::open(config).await?))
}

/// A link over a session that is open.
///
/// # Panics
///
/// Panics outside of a tokio runtime.
#[must_use]
pub fn over(session: Session) -> Link {
    let inbox = Inbox::new();
    Link::new(Zenoh { session, queriers: Mutex::default(), inbox: inbox.clone() }, inbox)
}

/// A session.
struct Zenoh {
    session: Session,
    /// One for each name that was called.
    queriers: Mutex<HashMap<String, Arc<Querier<'static>>>>,
    inbox: Inbox,
}

impl fmt::Debug for Zenoh {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Zenoh").field("session", &self.session.zid()).finish_non_exhaustive()
    }
}

fn key(name: &str) -> String {
    format!("actor/{}", name.replace('.', "/"))
}

fn topic_key(topic: &str) -> String {
    format!("actor-topic/{topic}")
}

impl Zenoh {
    async fn querier(&self, name: &str) -> Result<Arc<Querier<'static>>, EngineError> {
        let known = self.queriers.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned();
        if let Some(querier) = known {
            return Ok(querier);
        }
        let declared = self
            .session
            .declare_querier(key(name))
            .target(QueryTarget::BestMatching)
            .consolidation(ConsolidationMode::None)
            .congestion_control(CongestionControl::Block)
            .timeout(LONGEST)
            .await;
        let querier = Arc::new(declared.map_err(EngineError::new)?);
        let mut queriers = self.queriers.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(queriers.entry(name.to_owned()).or_insert(querier).clone())
    }

    /// Waits until somebody serves the name. Returns `false` if nobody does.
    async fn is_served(querier: &Querier<'_>, within: Duration) -> Result<bool, EngineError> {
        let end = Instant::now() + within.min(GRACE);
        loop {
            if querier.matching_status().await.map_err(EngineError::new)?.matching() {
                return Ok(true);
            }
            if Instant::now() >= end {
                return Ok(false);
            }
            sleep(PAUSE).await;
        }
    }
}

impl Engine for Zenoh {
    fn max_message(&self) -> usize {
        // zenoh splits what is larger than a packet.
        1 << 30
    }

    fn request<'a>(
        &'a self,
        name: &'a str,
        number: u64,
        request: Bytes,
        within: Duration,
    ) -> BoxFuture<'a, Result<(), EngineError>> {
        async move {
            let querier = self.querier(name).await?;
            if !Self::is_served(&querier, within).await? {
                self.inbox.nobody(number);
                return Ok(());
            }
            let replies = Replies { inbox: self.inbox.clone(), number };
            let sent = querier.get().payload(ZBytes::from(request)).callback(move |reply| {
                // An error of zenoh's own is followed by the end.
                if let Ok(sample) = reply.into_result() {
                    replies.inbox.reply(replies.number, bytes(sample.payload()));
                }
            });
            sent.await.map_err(EngineError::new)
        }
        .boxed()
    }

    fn send<'a>(
        &'a self,
        name: &'a str,
        message: Bytes,
        within: Duration,
    ) -> BoxFuture<'a, Result<(), EngineError>> {
        async move {
            let querier = self.querier(name).await?;
            Self::is_served(&querier, within).await?;
            let request = querier.get().payload(ZBytes::from(message)).attachment(CAST);
            request.callback(drop).await.map_err(EngineError::new)
        }
        .boxed()
    }

    fn serve<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Box<dyn Requests>, EngineError>> {
        async move {
            let (sender, queries) = mpsc::unbounded_channel();
            let declared = self.session.declare_queryable(key(name)).complete(true);
            let declared = declared.callback(move |query| drop(sender.send(query))).await;
            let queryable = Some(declared.map_err(EngineError::new)?);
            let requests: Box<dyn Requests> = Box::new(Served { queryable, queries });
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
            let put = self.session.put(topic_key(topic), ZBytes::from(message));
            let put = put.congestion_control(CongestionControl::Block).await;
            put.map_err(EngineError::new)
        }
        .boxed()
    }

    fn subscribe<'a>(
        &'a self,
        topic: &'a str,
    ) -> BoxFuture<'a, Result<BoxStream<Bytes>, EngineError>> {
        async move {
            let (sender, messages) = mpsc::unbounded_channel();
            let declared =
                self.session.declare_subscriber(topic_key(topic)).callback(move |sample| {
                    // The reader may have gone.
                    let _ = sender.send(bytes(sample.payload()));
                });
            let subscriber = declared.await.map_err(EngineError::new)?;
            Ok(Topic { _subscriber: subscriber, messages }.boxed())
        }
        .boxed()
    }
}

/// The bytes of a payload, which are copied only if they came in parts.
fn bytes(payload: &ZBytes) -> Bytes {
    Bytes::from(payload.to_bytes().into_owned())
}

/// Where the replies to one request go. zenoh drops it when no more will come.
struct Replies {
    inbox: Inbox,
    number: u64,
}

impl Drop for Replies {
    fn drop(&mut self) {
        self.inbox.ended(self.number);
    }
}

struct Served {
    /// `None` once it is closed.
    queryable: Option<Queryable<()>>,
    queries: UnboundedReceiver<Query>,
}

impl Stream for Served {
    type Item = Request;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Request>> {
        self.queries.poll_recv(cx).map(|query| query.map(request))
    }
}

fn request(query: Query) -> Request {
    let message = query.payload().map(bytes).unwrap_or_default();
    let is_cast = query.attachment().is_some_and(|attached| *attached.to_bytes() == *CAST);
    let responder: Option<Box<dyn Responder>> = match is_cast {
        true => None,
        false => Some(Box::new(Reply(query))),
    };
    Request { message, responder }
}

impl Requests for Served {
    fn close(&mut self) -> BoxFuture<'_, ()> {
        async {
            if let Some(queryable) = self.queryable.take() {
                // A session that is closed serves nothing.
                let _ = queryable.undeclare().await;
            }
            self.queries.close();
        }
        .boxed()
    }
}

/// The way back to the sender of a request. Dropping it ends the replies.
struct Reply(Query);

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Reply").field(self.0.key_expr()).finish()
    }
}

impl Responder for Reply {
    fn respond(&self, reply: Bytes) -> BoxFuture<'_, ()> {
        async {
            // A reply that cannot be sent is lost with the connection.
            let _ = self.0.reply(self.0.key_expr(), ZBytes::from(reply)).await;
        }
        .boxed()
    }
}

struct Topic {
    /// Dropping it ends the subscription.
    _subscriber: Subscriber<()>,
    messages: UnboundedReceiver<Bytes>,
}

impl Stream for Topic {
    type Item = Bytes;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Bytes>> {
        self.messages.poll_recv(cx)
    }
}
