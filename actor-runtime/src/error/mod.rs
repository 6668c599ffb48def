//! Errors of calls and sends, one type per operation.
//!
//! The variants differ in what the caller can do. A message that was *not accepted* can safely be sent
//! again; one that *was* accepted may have been handled, in part or in full.

pub(crate) mod send;
pub(crate) mod unsent;

use std::{error::Error, fmt, sync::Arc, time::Duration};

pub use self::{
    send::{SendError, TrySendError},
    unsent::Unsent,
};

/// The name of a handler, as it appears in errors and statistics: `Counter::add`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Method {
    actor: &'static str,
    name: &'static str,
}

impl Method {
    pub(crate) const fn new(actor: &'static str, name: &'static str) -> Self {
        Self { actor, name }
    }

    /// Returns the name of the actor's type.
    #[must_use]
    pub fn actor(&self) -> &'static str {
        self.actor
    }

    /// Returns the name of the handler.
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

/// The error of a call that has no answer.
///
/// [`kind`](Self::kind) returns the cause, and [`method`](Self::method) the handler that was called.
///
/// # Examples
///
/// ```
/// use actor_runtime::{CallError, CallErrorKind};
///
/// fn describe(error: &CallError) -> &'static str {
///     match error.kind() {
///         CallErrorKind::Closed => "not accepted: the actor has stopped",
///         CallErrorKind::TimedOut { accepted: false, .. } => "not accepted: the mailbox was full",
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

/// The cause of a [`CallError`], returned by [`CallError::kind`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CallErrorKind {
    /// The mailbox was closed, so the message was not accepted and the handler did not run.
    ///
    /// [`Call::into_message`](crate::Call::into_message) returns the message.
    Closed,
    /// The call was made through a [lease](crate::Lease) that has ended, so the message was not accepted and
    /// the handler did not run. The actor may still be running.
    ///
    /// [`Call::into_message`](crate::Call::into_message) returns the message.
    LeaseEnded,
    /// The message was accepted, but the actor stopped before it answered.
    ///
    /// The handler may have run, in part or in full, or not at all.
    Stopped,
    /// The handler panicked.
    Panicked {
        /// The panic message.
        message: Arc<str>,
    },
    /// The [`Reply`](crate::Reply) was dropped without an answer.
    Unanswered,
    /// The duration set with [`Call::timeout`](crate::Call::timeout) elapsed.
    TimedOut {
        /// The duration that was set.
        after: Duration,
        /// Whether the message was accepted. If not, it was withdrawn and the handler does not run. If
        /// so, the handler may run, or may have begun already: see the cancel safety of
        /// [`Call`](crate::Call#cancel-safety).
        accepted: bool,
    },
    /// The call was made by a handler, and the actor that it goes to was, at that moment, waiting for the
    /// actor of that handler, directly or through others, whatever else it also waited for; or it was the
    /// handler's own actor.
    ///
    /// A handler *waits* for an actor while a future that it has polled is pending: a call, an
    /// [`Answer`](crate::Answer) that it has sent, a message that waits for room, a request for a lease or
    /// its release, a stream whose message it has sent, or the exit of that actor. It no longer
    /// waits once the answer was given, the future was dropped, the called handler has returned and kept
    /// its [`Reply`](crate::Reply), or the handler itself has returned. Whether a future is polled beside
    /// others, or with a limit of time, makes no difference. A `fn` handler that was called inline
    /// waits together with the handlers that have called it.
    ///
    /// Waits of tasks and threads that are not handlers do not count. Nor does a handler that waits for
    /// the reader of its stream or for the start of an actor, or the time for which a lease is held. An event source waits like a handler
    /// while `messages_if` is false, and otherwise does not count, because the actor handles messages
    /// meanwhile.
    WouldDeadlock {
        /// Whether the message was accepted before. An awaited [`Call`](crate::Call) was not sent, but the
        /// message of an [`Answer`](crate::Answer) or a [`ReplyStream`](crate::ReplyStream) was, and its
        /// handler may still run.
        accepted: bool,
        /// The handlers that are waited for, beginning with the one for which the called actor waits.
        /// Empty if a handler called its own actor.
        ring: Vec<Method>,
    },
}

impl CallError {
    #[cold]
    pub(crate) fn new(method: Method, kind: CallErrorKind) -> Self {
        Self(Box::new(Inner { method, kind }))
    }

    /// Returns the handler that was called.
    #[must_use]
    pub fn method(&self) -> Method {
        self.0.method
    }

    /// Returns the cause of the error.
    #[must_use]
    pub fn kind(&self) -> &CallErrorKind {
        &self.0.kind
    }

    /// Returns the cause of the error by value.
    #[must_use]
    pub fn into_kind(self) -> CallErrorKind {
        self.0.kind
    }

    /// Returns `true` if the handler certainly did not run and will not, so that a retry repeats nothing.
    #[must_use]
    pub fn is_safe_to_retry(&self) -> bool {
        match self.kind() {
            CallErrorKind::Closed | CallErrorKind::LeaseEnded => true,
            CallErrorKind::TimedOut { accepted, .. }
            | CallErrorKind::WouldDeadlock { accepted, .. } => !accepted,
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
                write!(f, "`{method}` was not accepted: {}", Refusal::Closed)
            }
            CallErrorKind::LeaseEnded => {
                write!(f, "`{method}` was not accepted: {}", Refusal::LeaseEnded)
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
            CallErrorKind::WouldDeadlock { ring, .. } if ring.is_empty() => write!(
                f,
                "`{method}` was called from a handler of the same actor, which would wait for itself"
            ),
            CallErrorKind::WouldDeadlock { ring, .. } => {
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

/// Why a mailbox refuses messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The actor has stopped, or is about to.
    Closed,
    /// It is the mailbox of a lease that has ended, and the actor may still be running.
    LeaseEnded,
}

impl Refusal {
    /// The error of a call of `method`.
    #[cold]
    pub(crate) fn of(self, method: Method) -> CallError {
        CallError::new(
            method,
            match self {
                Self::Closed => CallErrorKind::Closed,
                Self::LeaseEnded => CallErrorKind::LeaseEnded,
            },
        )
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Closed => "the actor has stopped",
            Self::LeaseEnded => "the lease has ended",
        })
    }
}

/// Why a reply slot has no answer.
#[derive(Clone, Debug)]
pub(crate) enum Failure {
    /// The actor stopped.
    Stopped,
    /// The reply was dropped.
    Unanswered,
    /// The handler panicked with this message.
    Panicked(Arc<str>),
}
