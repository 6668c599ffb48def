//! The caller of a request that is served.

use std::{
    fmt,
    future::{Future, pending},
    time::Duration,
};

use actor_runtime::{CallError, CallErrorKind};
use bytes::Bytes;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use crate::{
    codec::Codec, engine::Responder, life::SILENCE, link::Link, request_head::RequestHead,
    stream::WINDOW, under_way::Served, wire::Writer,
};

/// A call that is not answered in this time is said to be accepted.
const SOON: Duration = Duration::from_millis(1);

/// The caller of a request: how to answer it, and whether it still waits.
pub(crate) struct Caller {
    responder: Box<dyn Responder>,
    codec: Codec,
    process: u64,
    limit: usize,
    shows_panics: bool,
    served: Served,
    /// When it stops waiting: if it does not say so, that is the limit of the link.
    deadline: Option<Instant>,
    wants_accepted: bool,
}

impl Caller {
    /// The caller of a request; `None` if it has gone, or if the request has come twice.
    pub(crate) fn of(
        request: &RequestHead<'_>,
        link: &Link,
        responder: Box<dyn Responder>,
    ) -> Option<Self> {
        Some(Self {
            responder,
            codec: request.codec,
            process: link.shared.process,
            limit: link.settings.max_message,
            shows_panics: link.settings.shows_panics,
            served: link.shared.under_way.begin(request.key)?,
            deadline: Instant::now().checked_add(request.within.unwrap_or(link.settings.timeout)),
            wants_accepted: request.wants_accepted,
        })
    }

    /// Awaits `future` while the caller waits, and tells it that its call is accepted if that takes a while.
    ///
    /// # Errors
    ///
    /// Why the caller waits no more.
    pub(crate) async fn while_waiting<T>(
        &mut self,
        future: impl Future<Output = T>,
    ) -> Result<T, Left> {
        tokio::pin!(future);
        if self.wants_accepted {
            tokio::select! {
                biased;
                outcome = &mut future => return Ok(outcome),
                left = self.left() => return Err(left),
                () = sleep(SOON) => {}
            }
            self.accepted().await;
        }
        tokio::select! {
            biased;
            outcome = future => Ok(outcome),
            left = self.left() => Err(left),
        }
    }

    /// Completes when the caller waits no more.
    pub(crate) async fn left(&self) -> Left {
        let gone = self.served.caller.gone();
        match self.deadline {
            Some(deadline) => tokio::select! {
                () = gone => Left::Gone,
                () = sleep_until(deadline) => Left::Late,
            },
            None => {
                gone.await;
                Left::Gone
            }
        }
    }

    /// Tells a caller whose time is over that it is. An engine that notices that nobody answers would say that nobody is
    /// there.
    pub(crate) async fn leave(&self, left: Left) {
        if let Left::Late = left {
            self.fail(Failure::Late).await;
        }
    }

    /// Tells the caller that its call is accepted.
    pub(crate) async fn accepted(&mut self) {
        self.wants_accepted = false;
        let mut writer = Writer::new(self.codec);
        writer.number("accepted", self.process);
        self.responder.respond(writer.finish()).await;
    }

    /// Completes when the caller has read the answer. One that cannot say so has read what it was sent.
    pub(crate) async fn has_read(&self) {
        if self.served.process().is_some() {
            self.served.caller.read().await;
        }
    }

    /// Tells the caller that its stream is open. From then on it has no deadline, if it can say that it reads.
    pub(crate) async fn open(&mut self) {
        self.accepted().await;
        if self.served.process().is_some() {
            self.deadline = None;
        }
    }

    /// Whether the caller is ready for one more item after so many. One that cannot say so is always ready.
    pub(crate) fn is_ready(&self, sent: u64) -> bool {
        self.served.process().is_none() || sent < self.served.caller.taken().saturating_add(WINDOW)
    }

    /// Completes when the caller has told something about its stream: whether it asks how many items were sent. Returns
    /// `None` if it is not heard any more.
    pub(crate) async fn told(&self) -> Option<bool> {
        if self.served.process().is_none() {
            return pending().await;
        }
        timeout(SILENCE, self.served.caller.told()).await.ok()
    }

    pub(crate) fn codec(&self) -> Codec {
        self.codec
    }

    /// Writes a reply.
    ///
    /// # Errors
    ///
    /// What the caller is told instead, if the reply cannot be written or is too large.
    pub(crate) fn reply(
        &self,
        write: impl FnOnce(&mut Writer) -> Result<(), String>,
    ) -> Result<Bytes, Failure> {
        let mut writer = Writer::new(self.codec);
        write(&mut writer).map_err(Failure::Unreadable)?;
        self.fitting(writer.finish())
    }

    /// Returns the reply if it is not too large.
    pub(crate) fn fitting(&self, reply: Bytes) -> Result<Bytes, Failure> {
        match reply.len() {
            bytes if bytes > self.limit => Err(Failure::Unreadable(format!(
                "it has {bytes} bytes, and {} are allowed",
                self.limit
            ))),
            _ => Ok(reply),
        }
    }

    /// The end of a stream after so many items, or how many were `sent` of one that goes on.
    pub(crate) fn count(&self, name: &str, items: u64) -> Bytes {
        let mut writer = Writer::new(self.codec);
        writer.number(name, items);
        writer.finish()
    }

    pub(crate) async fn respond(&self, reply: Bytes) {
        self.responder.respond(reply).await;
    }

    pub(crate) async fn fail(&self, failure: Failure) {
        self.respond(failure.message(self.codec)).await;
    }

    /// What the caller is told of an error of the call.
    pub(crate) fn failure(&self, error: CallError) -> Failure {
        match error.into_kind() {
            CallErrorKind::Closed | CallErrorKind::LeaseEnded => Failure::Unreachable,
            CallErrorKind::Panicked { message } => {
                Failure::Panicked(self.shows_panics.then(|| message.to_string()))
            }
            CallErrorKind::Unanswered => Failure::Unanswered,
            _ => Failure::Stopped,
        }
    }
}

/// Why a caller waits no more.
#[derive(Clone, Copy)]
pub(crate) enum Left {
    /// It has said so.
    Gone,
    /// Its time is over.
    Late,
}

/// Why a request has no answer, in the words of the wire.
pub(crate) enum Failure {
    Full,
    Late,
    Unreachable,
    Undecodable(String),
    Stopped,
    Panicked(Option<String>),
    Unanswered,
    Unreadable(String),
}

impl Failure {
    /// The arguments of a request are not those of `method`.
    pub(crate) fn undecodable(reason: &str, method: &dyn fmt::Display) -> Self {
        Self::Undecodable(format!("{reason}; the handler is `{method}`"))
    }

    pub(crate) fn message(&self, codec: Codec) -> Bytes {
        let (kind, message) = match self {
            Self::Full => ("full", None),
            Self::Late => ("late", None),
            Self::Unreachable => ("unreachable", None),
            Self::Undecodable(reason) => ("undecodable", Some(reason)),
            Self::Stopped => ("stopped", None),
            Self::Panicked(message) => ("panicked", message.as_ref()),
            Self::Unanswered => ("unanswered", None),
            Self::Unreadable(reason) => ("unreadable", Some(reason)),
        };
        let mut writer = Writer::new(codec);
        writer.map("error", |error| {
            error.text("kind", kind);
            if let Some(message) = message {
                error.text("message", message);
            }
        });
        writer.finish()
    }
}
