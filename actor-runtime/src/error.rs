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
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CallError {
    /// The actor had stopped before it accepted the message: nothing was done.
    ///
    /// [`Call::into_message`](crate::Call::into_message) gives the message back.
    NotAccepted {
        /// The handler that was called.
        method: Method,
    },
    /// The message was accepted, and then the actor stopped without answering.
    ///
    /// The handler may have run, in part or not at all.
    Stopped {
        /// The handler that was called.
        method: Method,
    },
    /// The handler panicked.
    Panicked {
        /// The handler that was called.
        method: Method,
        /// What the panic said.
        message: Arc<str>,
    },
    /// The actor is alive, but it dropped the [`Reply`](crate::Reply) without answering.
    Unanswered {
        /// The handler that was called.
        method: Method,
    },
    /// The time given to [`Call::timeout`](crate::Call::timeout) was over.
    TimedOut {
        /// The handler that was called.
        method: Method,
        /// How long the call was given.
        after: Duration,
        /// Whether the message was in the mailbox. If not, it was withdrawn and nothing was done.
        /// If so, it is skipped unless its handler has already begun.
        accepted: bool,
    },
    /// The call would wait for the very actor that makes it, itself or through others.
    WouldDeadlock {
        /// The handler that was called.
        method: Method,
        /// Who waits for whom, beginning with the actor called. Empty for a call to oneself.
        ring: Vec<Method>,
    },
}

impl CallError {
    /// The handler that was called.
    #[must_use]
    pub fn method(&self) -> Method {
        match self {
            Self::NotAccepted { method }
            | Self::Stopped { method }
            | Self::Panicked { method, .. }
            | Self::Unanswered { method }
            | Self::TimedOut { method, .. }
            | Self::WouldDeadlock { method, .. } => *method,
        }
    }

    /// Moves an error out of its box.
    ///
    /// Field by field, since a copy of the whole would be made for each answer as well.
    #[inline(always)]
    #[expect(clippy::boxed_local, reason = "it comes in a box")]
    pub(crate) fn unboxed(error: Box<Self>) -> Self {
        match *error {
            Self::NotAccepted { method } => Self::NotAccepted { method },
            Self::Stopped { method } => Self::Stopped { method },
            Self::Panicked { method, message } => Self::Panicked { method, message },
            Self::Unanswered { method } => Self::Unanswered { method },
            Self::TimedOut { method, after, accepted } => {
                Self::TimedOut { method, after, accepted }
            }
            Self::WouldDeadlock { method, ring } => Self::WouldDeadlock { method, ring },
        }
    }

    /// Whether the handler certainly did not run, so that calling again repeats nothing.
    #[must_use]
    pub fn is_harmless_to_repeat(&self) -> bool {
        match self {
            Self::NotAccepted { .. } | Self::WouldDeadlock { .. } => true,
            Self::TimedOut { accepted, .. } => !accepted,
            Self::Stopped { .. } | Self::Panicked { .. } | Self::Unanswered { .. } => false,
        }
    }
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAccepted { method } => {
                write!(f, "`{method}` was not accepted: the actor has stopped")
            }
            Self::Stopped { method } => {
                write!(f, "the actor stopped before it answered `{method}`")
            }
            Self::Panicked { method, message } => write!(f, "`{method}` panicked: {message}"),
            Self::Unanswered { method } => {
                write!(f, "`{method}` dropped its reply without answering")
            }
            Self::TimedOut { method, after, .. } => {
                write!(f, "`{method}` did not answer within {after:?}")
            }
            Self::WouldDeadlock { method, ring } if ring.is_empty() => write!(
                f,
                "`{method}` was called from a handler of the same actor, which would wait for itself"
            ),
            Self::WouldDeadlock { method, ring } => {
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
    pub fn into_message(self) -> M {
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

/// Why a message was not sent at once, with the message.
///
/// Its [`Debug`](fmt::Debug) asks nothing of the message, so `unwrap` always works.
#[derive(PartialEq, Eq, Clone, Copy)]
pub enum TrySendError<M> {
    /// The mailbox is full.
    Full(M),
    /// The actor has stopped.
    Closed(M),
}

impl<M> TrySendError<M> {
    /// The message that was not sent.
    pub fn into_message(self) -> M {
        match self {
            Self::Full(message) | Self::Closed(message) => message,
        }
    }
}

impl<M> fmt::Display for TrySendError<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full(_) => "the message was not accepted: the mailbox is full",
            Self::Closed(_) => "the message was not accepted: the actor has stopped",
        })
    }
}

impl<M> fmt::Debug for TrySendError<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full(_) => "Full(..)",
            Self::Closed(_) => "Closed(..)",
        })
    }
}

impl<M> Error for TrySendError<M> {}

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
