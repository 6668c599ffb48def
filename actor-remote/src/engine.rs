//! What carries messages between processes.

use std::{
    error::Error,
    fmt,
    future::{Future, ready},
    pin::Pin,
    time::Duration,
};

use bytes::Bytes;
use futures_util::Stream;

/// A future of an [`Engine`].
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A stream of an [`Engine`].
pub type BoxStream<T> = Pin<Box<dyn Stream<Item = T> + Send>>;

/// What carries messages between processes, such as NATS or zenoh.
///
/// An engine knows nothing of actors: what it is given it sends, and what comes it gives to
/// the [`Inbox`](crate::Inbox) or to the stream that was asked for it.
pub trait Engine: fmt::Debug + Send + Sync + 'static {
    /// The largest message that it can carry, in bytes.
    fn max_message(&self) -> usize;

    /// Waits for a connection, for `within` at most. `None`: there is one.
    ///
    /// # Errors
    ///
    /// [`EngineError`] if there is none in time.
    fn connected(&self, within: Duration) -> Option<BoxFuture<'_, Result<(), EngineError>>> {
        let _ = within;
        None
    }

    /// Sends a request to one of those who serve `name`. Replies go to the inbox, under `number`.
    ///
    /// # Errors
    ///
    /// [`EngineError`] if nothing was sent and nothing will be, also because it cannot be sent within `within`.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, the request is sent in full or not at all.
    fn request<'a>(
        &'a self,
        name: &'a str,
        number: u64,
        request: Bytes,
        within: Duration,
    ) -> BoxFuture<'a, Result<(), EngineError>>;

    /// Sends a message to one of those who serve `name`, who cannot reply.
    ///
    /// # Errors
    ///
    /// As with [`request`](Self::request).
    fn send<'a>(
        &'a self,
        name: &'a str,
        message: Bytes,
        within: Duration,
    ) -> BoxFuture<'a, Result<(), EngineError>>;

    /// Serves `name`, which others may serve at the same time.
    ///
    /// # Errors
    ///
    /// [`EngineError`] if the engine refuses it.
    fn serve<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Box<dyn Requests>, EngineError>>;

    /// Sends a message to all who have subscribed to `topic`.
    ///
    /// # Errors
    ///
    /// [`EngineError`] if it was not sent.
    fn publish<'a>(
        &'a self,
        topic: &'a str,
        message: Bytes,
    ) -> BoxFuture<'a, Result<(), EngineError>>;

    /// Returns the messages that are published to `topic` from now on.
    ///
    /// # Errors
    ///
    /// [`EngineError`] if the engine refuses it.
    fn subscribe<'a>(
        &'a self,
        topic: &'a str,
    ) -> BoxFuture<'a, Result<BoxStream<Bytes>, EngineError>>;
}

/// The requests for a name. Dropping it ends the service.
pub trait Requests: Stream<Item = Request> + Unpin + Send {
    /// Ends the service. Requests that have arrived, or are on their way, are still given, and then the stream ends.
    fn close(&mut self) -> BoxFuture<'_, ()>;

    /// Waits until the replies to these requests have left this process, so that it may exit. Called after the last of
    /// them.
    ///
    /// An engine whose [`respond`](Responder::respond) completes when that is so need not have it.
    fn flush(&mut self) -> BoxFuture<'_, ()> {
        Box::pin(ready(()))
    }
}

/// A request that was received.
#[derive(Debug)]
pub struct Request {
    /// What was sent.
    pub message: Bytes,
    /// How to reply; `None` if the sender wants no reply.
    pub responder: Option<Box<dyn Responder>>,
}

/// The way back to the sender of a request.
pub trait Responder: fmt::Debug + Send + Sync {
    /// Sends one of any number of replies. A reply that cannot be sent is lost.
    fn respond(&self, reply: Bytes) -> BoxFuture<'_, ()>;
}

/// Why an engine has not sent a message, or does not serve a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EngineError {
    reason: String,
}

impl EngineError {
    /// An error with a reason for people.
    pub fn new(reason: impl fmt::Display) -> Self {
        Self { reason: reason.to_string() }
    }
}

impl fmt::Display for EngineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl Error for EngineError {}
