//! [`RemoteCall`]: a call to an actor of another process.

use std::{
    fmt,
    future::{Future, IntoFuture},
    pin::Pin,
    time::Duration,
};

use bytes::Bytes;
use tokio::time::{Instant, sleep, timeout_at};

use crate::{
    client::Client,
    codec::Value,
    error::{RemoteError, RemoteErrorKind as Kind},
    exchange::{Question, Reply},
    method::{Arguments, Method},
    room::Room,
};

/// The first pause before a call is [repeated](RemoteCall::retry), and the longest.
const RETRIES: (Duration, Duration) = (Duration::from_millis(10), Duration::from_secs(1));

/// A call to an actor of another process. It is sent when it is awaited or [cast](Self::cast).
///
/// While the mailbox is full, the call is sent again until its time is over: a bounded mailbox holds its senders back,
/// wherever they are.
///
/// # Errors
///
/// Awaiting it returns a [`RemoteError`] if there is no answer.
/// [`is_safe_to_retry`](RemoteError::is_safe_to_retry) says whether the handler may have run.
///
/// # Cancel safety
///
/// Dropping the future tells the other side. As with a local call, a handler that has not begun is skipped, one that
/// has begun completes and its answer is dropped, or returned to the actor if the handler is marked
/// `#[cancel_safe(undelivered = ..)]`.
#[must_use = "a call is not sent until it is awaited or cast"]
pub struct RemoteCall<R: 'static> {
    pub(crate) client: Client,
    pub(crate) method: &'static str,
    is_idempotent: bool,
    pub(crate) signature: &'static (dyn fmt::Display + Sync),
    /// As a map, or why they cannot be written.
    pub(crate) arguments: Result<Bytes, String>,
    pub(crate) answer: Value<R>,
    pub(crate) timeout: Duration,
    retries: u32,
    /// Whether to wait for room in a full mailbox.
    waits_for_room: bool,
    wants_accepted: bool,
}

impl<R: Send + 'static> RemoteCall<R> {
    pub(crate) fn new<A: Arguments>(
        client: Client,
        method: &'static Method<A, R>,
        arguments: &A,
    ) -> Self {
        let settings = client.link.settings;
        Self {
            method: method.name,
            is_idempotent: method.is_idempotent,
            signature: method,
            arguments: method.write_arguments(arguments, settings.codec),
            answer: method.answer(),
            timeout: settings.timeout,
            retries: 0,
            waits_for_room: true,
            wants_accepted: true,
            client,
        }
    }

    /// Limits the time that the call may take. Without it, the limit is that of the [link](crate::Link::timeout).
    pub fn timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// Repeats the call up to so many times, each with the whole time limit, after pauses that grow from 10
    /// milliseconds to a second.
    ///
    /// A call is repeated if nothing was done: nobody was reached, or the mailbox was full. If the handler is
    /// marked `#[cancel_safe(idempotent)]`, it is also repeated if that is not known: so such a handler must be safe
    /// to run twice for one call, and at the same time in two processes that serve the same name.
    pub fn retry(self, times: u32) -> Self {
        Self { retries: times, ..self }
    }

    /// Returns the error [`Full`](Kind::Full) at once if the mailbox is full.
    pub fn try_call(self) -> Self {
        Self { waits_for_room: false, ..self }
    }

    /// Does not ask the other side to say when it has accepted the call.
    ///
    /// It says so only if the answer takes more than a millisecond. Without, the time limit is all that ends a call
    /// whose process dies.
    pub fn one_reply(self) -> Self {
        Self { wants_accepted: false, ..self }
    }

    /// Sends the message and does not wait for an answer.
    ///
    /// It completes when the engine has the message. Nobody says whether it is handled: a message for a mailbox that
    /// is full, or for a name that nobody serves, is lost.
    ///
    /// # Errors
    ///
    /// Returns a [`RemoteError`] if nothing was sent.
    pub async fn cast(self) -> Result<(), RemoteError> {
        let cast = match self.question() {
            Ok(question) => question.send(&self.client, self.timeout).await,
            Err(kind) => Err(kind),
        };
        cast.map_err(|kind| self.error(kind))
    }

    pub(crate) fn error(&self, kind: Kind) -> RemoteError {
        RemoteError::new(&self.client.name, self.method, kind)
    }

    pub(crate) fn question(&self) -> Result<Question<'_>, Kind> {
        let arguments = self.arguments.as_ref();
        let arguments = arguments.map_err(|reason| Kind::Unwritable { reason: reason.clone() })?;
        Ok(Question { method: self.method, arguments, wants_accepted: self.wants_accepted })
    }

    async fn run(self) -> Result<R, RemoteError> {
        let (mut pause, longest) = RETRIES;
        let mut retries = self.retries;
        loop {
            match self.attempt().await {
                Ok(answer) => return Ok(answer),
                Err(kind) if retries > 0 && kind.may_pass(self.is_idempotent) => {
                    retries -= 1;
                    sleep(pause).await;
                    pause = longest.min(pause * 2);
                }
                Err(kind) => return Err(self.error(kind)),
            }
        }
    }

    /// Calls until there is room in the mailbox.
    async fn attempt(&self) -> Result<R, Kind> {
        let deadline = deadline(self.timeout);
        let mut room = Room::until(deadline);
        loop {
            let begun = Instant::now();
            match self.once(deadline).await {
                Err(Kind::Full) if self.waits_for_room => {
                    if !room.may_come(begun.elapsed()).await {
                        return Err(Kind::Full);
                    }
                }
                Err(Kind::TimedOut { accepted, .. }) => {
                    return Err(Kind::TimedOut { after: self.timeout, accepted });
                }
                outcome => return outcome,
            }
        }
    }

    async fn once(&self, deadline: Instant) -> Result<R, Kind> {
        let within = deadline.saturating_duration_since(Instant::now());
        let mut exchange = self.question()?.ask(&self.client, within).await?;
        loop {
            match timeout_at(deadline, exchange.next(self.signature)).await {
                Err(_) => {
                    let accepted = exchange.is_accepted();
                    return Err(Kind::TimedOut { after: self.timeout, accepted });
                }
                Ok(Ok(Reply::Accepted)) => {}
                Ok(Ok(Reply::Answer { value, wants_read })) => {
                    let answer = (self.answer.read)(&value, self.client.link.settings.codec);
                    let answer = answer.map_err(|reason| Kind::Unreadable { reason })?;
                    if wants_read {
                        exchange.has_read();
                    }
                    return Ok(answer);
                }
                Ok(Ok(Reply::Item { .. } | Reply::Sent { .. } | Reply::End { .. })) => {
                    let reason = "it is a stream".to_owned();
                    return Err(Kind::Unreadable { reason });
                }
                Ok(Err(kind)) => return Err(kind),
            }
        }
    }
}

/// The end of a time that begins now. One that is too long to be counted ends in thirty years, as in tokio.
pub(crate) fn deadline(timeout: Duration) -> Instant {
    let now = Instant::now();
    now.checked_add(timeout).unwrap_or(now + Duration::from_secs(30 * 365 * 24 * 3600))
}

impl<R: Send + 'static> IntoFuture for RemoteCall<R> {
    type Output = Result<R, RemoteError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

impl<R> fmt::Debug for RemoteCall<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { client, method, .. } = self;
        f.debug_struct("RemoteCall")
            .field("actor", &client.name)
            .field("method", method)
            .finish_non_exhaustive()
    }
}
