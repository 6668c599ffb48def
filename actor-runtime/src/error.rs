//! What can go wrong when a message is sent, one enum per operation.
//!
//! Each variant asks something else of the caller. A message that was *never accepted* may be sent
//! again without harm; one that *was* accepted may have been handled, or handled in part.

use std::{error::Error, fmt, sync::Arc, time::Duration};

/// A handler of an actor, as errors and statistics name it: `Counter::add`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Method {
    actor: &'static str,
    name: &'static str,
}

impl Method {
    pub(crate) const fn new(actor: &'static str, name: &'static str) -> Self {
        Self { actor, name }
    }

    /// The name of the actor's type.
    #[must_use]
    pub fn actor(&self) -> &'static str {
        self.actor
    }

    /// The name of the handler.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}::{}", self.actor, self.name)
    }
}

impl fmt::Debug for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Why an awaited call has no answer.
///
/// [`kind`](Self::kind) says what happened, and [`method`](Self::method) which handler was called.
///
/// # Examples
///
/// ```
/// use actor_runtime::{CallError, CallErrorKind};
///
/// fn describe(error: &CallError) -> &'static str {
///     match error.kind() {
///         CallErrorKind::Closed => "nothing was done: try another actor",
///         CallErrorKind::TimedOut { accepted: false, .. } => "nothing was done: the mailbox is full",
///         _ => "the handler may have run",
///     }
/// }
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct CallError(Box<Inner>);

#[derive(Clone, PartialEq, Eq)]
struct Inner {
    method: Method,
    kind: CallErrorKind,
}

/// What became of a call that has no answer. See [`CallError::kind`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CallErrorKind {
    /// The mailbox was closed, so the message was not accepted and nothing was done.
    ///
    /// [`Call::into_message`](crate::Call::into_message) returns the message.
    Closed,
    /// The message was accepted, and then the actor stopped without answering.
    ///
    /// The handler may have run, in part or not at all.
    Stopped,
    /// The handler panicked.
    Panicked {
        /// The message of the panic.
        message: Arc<str>,
    },
    /// The actor is alive, but it dropped the [`Reply`](crate::Reply) without answering.
    Unanswered,
    /// The time given to [`Call::timeout`](crate::Call::timeout) elapsed.
    TimedOut {
        /// How long the call was given.
        after: Duration,
        /// Whether the message was in the mailbox. If not, it was withdrawn and nothing was done.
        /// If so, it is skipped unless its handler has already begun.
        accepted: bool,
    },
    /// The call would wait for the actor that makes it, itself or through other actors.
    WouldDeadlock {
        /// Which actor waits for which, beginning with the actor called. Empty if a handler called
        /// its own actor.
        ring: Vec<Method>,
    },
}

impl CallError {
    #[cold]
    pub(crate) fn new(method: Method, kind: CallErrorKind) -> Self {
        Self(Box::new(Inner { method, kind }))
    }

    /// The handler that was called.
    #[must_use]
    pub fn method(&self) -> Method {
        self.0.method
    }

    /// What happened.
    #[must_use]
    pub fn kind(&self) -> &CallErrorKind {
        &self.0.kind
    }

    /// What happened, by value.
    #[must_use]
    pub fn into_kind(self) -> CallErrorKind {
        self.0.kind
    }

    /// Whether the handler certainly did not run, so that calling again repeats nothing.
    #[must_use]
    pub fn is_safe_to_retry(&self) -> bool {
        match self.kind() {
            CallErrorKind::Closed | CallErrorKind::WouldDeadlock { .. } => true,
            CallErrorKind::TimedOut { accepted, .. } => !accepted,
            CallErrorKind::Stopped | CallErrorKind::Panicked { .. } | CallErrorKind::Unanswered => {
                false
            }
        }
    }
}

impl fmt::Debug for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { method, kind } = &*self.0;
        f.debug_struct("CallError").field("method", method).field("kind", kind).finish()
    }
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { method, kind } = &*self.0;
        match kind {
            CallErrorKind::Closed => {
                write!(f, "`{method}` was not accepted: the actor has stopped")
            }
            CallErrorKind::Stopped => {
                write!(f, "the actor stopped before it answered `{method}`")
            }
            CallErrorKind::Panicked { message } => write!(f, "`{method}` panicked: {message}"),
            CallErrorKind::Unanswered => {
                write!(f, "`{method}` dropped its reply without answering")
            }
            CallErrorKind::TimedOut { after, .. } => {
                write!(f, "`{method}` did not answer within {after:?}")
            }
            CallErrorKind::WouldDeadlock { ring } if ring.is_empty() => write!(
                f,
                "`{method}` was called from a handler of the same actor, which would wait for itself"
            ),
            CallErrorKind::WouldDeadlock { ring } => {
                write!(f, "`{method}` would wait for its own caller: ")?;
                for waiting_for in ring {
                    write!(f, "its actor waits for `{waiting_for}`, ")?;
                }
                write!(f, "which is the caller")
            }
        }
    }
}

impl Error for CallError {}

/// Why a message was not sent, with the message.
///
/// Its [`Debug`](fmt::Debug) asks nothing of the message, so `unwrap` always works.
#[derive(PartialEq, Eq, Clone, Copy)]
#[non_exhaustive]
pub enum SendError<M> {
    /// The actor has stopped.
    Closed(M),
    /// The mailbox is full, and the one who waits for room is the actor itself.
    WouldDeadlock(M),
}

impl<M> SendError<M> {
    /// The message that was not sent.
    pub fn into_inner(self) -> M {
        match self {
            Self::Closed(message) | Self::WouldDeadlock(message) => message,
        }
    }
}

impl<M> fmt::Display for SendError<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Closed(_) => "the message was not accepted: the actor has stopped",
            Self::WouldDeadlock(_) => {
                "the message was not accepted: the actor waits for room in its own mailbox"
            }
        })
    }
}

impl<M> fmt::Debug for SendError<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Closed(_) => "Closed(..)",
            Self::WouldDeadlock(_) => "WouldDeadlock(..)",
        })
    }
}

impl<M> Error for SendError<M> {}

/// Why a message, or a value of a stream, was not sent at once. It holds what was not sent.
///
/// Its [`Debug`](fmt::Debug) has no bound on what it holds, so `unwrap` always works.
#[derive(PartialEq, Eq, Clone, Copy)]
pub enum TrySendError<T> {
    /// There is no room: the mailbox is full, or the reader of the stream has to catch up first.
    Full(T),
    /// The receiver is gone: the actor has stopped, or the stream is not read any more.
    Closed(T),
}

impl<T> TrySendError<T> {
    /// What was not sent.
    pub fn into_inner(self) -> T {
        match self {
            Self::Full(unsent) | Self::Closed(unsent) => unsent,
        }
    }
}

impl<T> fmt::Display for TrySendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full(_) => "not sent: there is no room",
            Self::Closed(_) => "not sent: the receiving side is closed",
        })
    }
}

impl<T> fmt::Debug for TrySendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full(_) => "Full(..)",
            Self::Closed(_) => "Closed(..)",
        })
    }
}

impl<T> Error for TrySendError<T> {}

/// Why a slot was left without an answer.
#[derive(Clone, Debug)]
pub(crate) enum Failure {
    /// The actor stopped.
    Stopped,
    /// The handler dropped the reply.
    Unanswered,
    /// The handler panicked, with this text.
    Panicked(Arc<str>),
}
