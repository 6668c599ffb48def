//! How an actor ended.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::Arc as StdArc,
    task::{Context, Poll},
};

use crate::{
    actor::{Actor, Message},
    block_on::block_on,
    current,
    error::Method,
    mailbox::Shared,
    sync::Arc,
};

/// Why an actor ended.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExitReason {
    /// A handler that takes `self` was the last.
    Finished(Method),
    /// The last handle was dropped, and what had been accepted is done.
    HandlesDropped,
    /// It was shut down or closed, and what had been accepted is done.
    Shutdown,
    /// It was aborted, or its future was dropped: a runtime that shuts down does that.
    Aborted,
    /// A handler or a hook panicked.
    Panicked {
        /// Where.
        method: Method,
        /// What the panic said.
        message: StdArc<str>,
    },
    /// `#[on_start]` gave an error.
    StartFailed,
}

impl ExitReason {
    /// Whether the actor ended in order: everything it had accepted was handled.
    #[must_use]
    pub fn is_orderly(&self) -> bool {
        match self {
            Self::Finished(_) | Self::HandlesDropped | Self::Shutdown => true,
            Self::Aborted | Self::Panicked { .. } | Self::StartFailed => false,
        }
    }
}

impl fmt::Display for ExitReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Finished(method) => write!(f, "finished by `{method}`"),
            Self::HandlesDropped => f.write_str("the last handle was dropped"),
            Self::Shutdown => f.write_str("shut down"),
            Self::Aborted => f.write_str("aborted"),
            Self::Panicked { method, message } => write!(f, "`{method}` panicked: {message}"),
            Self::StartFailed => f.write_str("failed to start"),
        }
    }
}

/// An actor that has ended: why, and what is left of it.
pub struct Exit<A: Actor> {
    /// Why it ended.
    pub reason: ExitReason,
    /// The actor itself, unless its end consumed it: a `self` handler took it, a panic may have
    /// left it broken, or it was aborted.
    pub actor: Option<A>,
    /// What `#[on_start]` failed with.
    pub start_error: Option<A::StartError>,
}

impl<A: Actor> fmt::Debug for Exit<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exit").field("reason", &self.reason).finish_non_exhaustive()
    }
}

/// Waits for the end of an actor and gives its reason.
///
/// When it is ready, nothing of the actor runs any more and its state has been dropped or handed
/// back. It keeps neither the actor nor a handle alive.
///
/// # Panics
///
/// If it is awaited by a handler of the actor itself, which would wait for ever.
///
/// # Cancel safety
///
/// Dropping it and asking again loses nothing.
#[must_use = "futures do nothing unless polled"]
pub struct Exited<M: Message> {
    shared: Arc<Shared<M>>,
    ticket: Option<u64>,
}

impl<M: Message> Exited<M> {
    pub(crate) fn new(shared: Arc<Shared<M>>) -> Self {
        Self { shared, ticket: None }
    }

    /// Waits on a thread that runs no async code.
    ///
    /// # Panics
    ///
    /// On a thread that drives a tokio runtime, where waiting would block it.
    pub fn blocking(self) -> ExitReason {
        block_on(self)
    }

    /// Closes the mailbox of the actor that is waited for.
    pub(crate) fn close(&self) {
        self.shared.close(ExitReason::Shutdown);
    }
}

impl<M: Message> Future for Exited<M> {
    type Output = ExitReason;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<ExitReason> {
        let Self { shared, ticket } = &mut *self;
        assert!(
            current::actor() != Some(shared.id()),
            "`{}` waits for its own end in one of its handlers: use `Context::stop` there",
            M::ACTOR,
        );
        shared.poll_ended(ticket, cx)
    }
}

impl<M: Message> Drop for Exited<M> {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket {
            self.shared.unwatch(ticket);
        }
    }
}

impl<M: Message> fmt::Debug for Exited<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exited").field("actor", &M::ACTOR).finish_non_exhaustive()
    }
}
