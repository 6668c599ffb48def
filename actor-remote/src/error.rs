//! Why a remote call has no answer.

use std::{error::Error, fmt, sync::Arc, time::Duration};

/// Why a call to an actor of another process has no answer.
#[derive(Clone, PartialEq, Eq)]
pub struct RemoteError(Box<Inner>);

#[derive(Clone, PartialEq, Eq)]
struct Inner {
    actor: Arc<str>,
    method: &'static str,
    kind: RemoteErrorKind,
}

/// What happened to a remote call. See [`RemoteError::is_safe_to_retry`] for which kinds mean that nothing was done.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RemoteErrorKind {
    /// The name has an empty part, or one with characters other than letters, digits, `_` and `-`.
    InvalidName,
    /// The arguments cannot be written in the [codec](crate::Codec) of the link.
    Unwritable {
        /// The reason.
        reason: String,
    },
    /// The request has more bytes than the link or its engine allows.
    TooLarge {
        /// The bytes of the request.
        bytes: usize,
        /// How many are allowed.
        limit: usize,
    },
    /// There is no connection to the engine, so that nothing was sent.
    Disconnected {
        /// The reason.
        reason: String,
    },
    /// Nobody serves the name.
    Unreachable,
    /// The mailbox was full until the deadline.
    Full,
    /// The other side does not know the handler, or takes other arguments.
    Undecodable {
        /// What it said, with its own signature of the handler if it has one.
        theirs: String,
        /// The signature of the handler here.
        ours: String,
    },
    /// There was no answer in time.
    TimedOut {
        /// The limit.
        after: Duration,
        /// Whether the actor had accepted the call. If not, it may have accepted it all the same.
        accepted: bool,
    },
    /// The process that was to answer died or cannot be heard.
    Lost,
    /// The actor stopped before it answered.
    Stopped,
    /// The handler panicked.
    Panicked {
        /// The text of the panic, if the other side [shows](crate::Link::show_panics) it.
        message: Option<String>,
    },
    /// The handler dropped its reply.
    Unanswered,
    /// The handler has answered, but the answer cannot be read: it was too large, or is of another type.
    Unreadable {
        /// The reason.
        reason: String,
    },
}

impl RemoteError {
    pub(crate) fn new(actor: &Arc<str>, method: &'static str, kind: RemoteErrorKind) -> Self {
        Self(Box::new(Inner { actor: actor.clone(), method, kind }))
    }

    /// The name that the actor is served under.
    #[must_use]
    pub fn actor(&self) -> &str {
        &self.0.actor
    }

    /// The handler that was called.
    #[must_use]
    pub fn method(&self) -> &'static str {
        self.0.method
    }

    /// What happened.
    #[must_use]
    pub fn kind(&self) -> &RemoteErrorKind {
        &self.0.kind
    }

    /// Takes what happened.
    #[must_use]
    pub fn into_kind(self) -> RemoteErrorKind {
        self.0.kind
    }

    /// Returns `true` if the handler has not run and will not, so that the call can be repeated whatever the
    /// handler does.
    ///
    /// `false` means that the handler may have run, in part or in full.
    #[must_use]
    pub fn is_safe_to_retry(&self) -> bool {
        self.kind().is_safe_to_retry()
    }
}

impl RemoteErrorKind {
    pub(crate) fn is_safe_to_retry(&self) -> bool {
        match self {
            Self::InvalidName
            | Self::Unwritable { .. }
            | Self::TooLarge { .. }
            | Self::Disconnected { .. }
            | Self::Unreachable
            | Self::Full
            | Self::Undecodable { .. } => true,
            Self::TimedOut { .. }
            | Self::Lost
            | Self::Stopped
            | Self::Panicked { .. }
            | Self::Unanswered
            | Self::Unreadable { .. } => false,
        }
    }

    /// Whether another attempt may have another outcome.
    pub(crate) fn may_pass(&self, is_idempotent: bool) -> bool {
        match self {
            Self::Disconnected { .. } | Self::Unreachable | Self::Full => true,
            Self::TimedOut { .. } | Self::Lost | Self::Stopped => is_idempotent,
            _ => false,
        }
    }
}

impl fmt::Debug for RemoteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { actor, method, kind } = &*self.0;
        let mut error = f.debug_struct("RemoteError");
        error.field("actor", actor).field("method", method).field("kind", kind).finish()
    }
}

impl fmt::Display for RemoteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { actor, method, kind } = &*self.0;
        write!(f, "`{method}` of `{actor}`: {kind}")
    }
}

impl fmt::Display for RemoteErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidName => f.write_str(
                "a name consists of parts with letters, digits, `_` and `-`, with a dot between them",
            ),
            Self::Unwritable { reason } => write!(f, "the arguments cannot be written: {reason}"),
            Self::TooLarge { bytes, limit } => {
                write!(f, "the request has {bytes} bytes, and {limit} are allowed")
            }
            Self::Disconnected { reason } => write!(f, "nothing was sent: {reason}"),
            Self::Unreachable => f.write_str("nobody serves this name"),
            Self::Full => f.write_str("the mailbox was full"),
            Self::Undecodable { theirs, ours } => {
                write!(f, "the other side cannot read `{ours}`: {theirs}")
            }
            Self::TimedOut { after, accepted: true } => {
                write!(f, "accepted, but not answered within {after:?}")
            }
            Self::TimedOut { after, accepted: false } => write!(f, "no answer within {after:?}"),
            Self::Lost => f.write_str("the process that was to answer cannot be heard any more"),
            Self::Stopped => f.write_str("the actor stopped before it answered"),
            Self::Panicked { message: Some(message) } => write!(f, "the handler panicked: {message}"),
            Self::Panicked { message: None } => f.write_str("the handler panicked"),
            Self::Unanswered => f.write_str("the handler dropped its reply without answering"),
            Self::Unreadable { reason } => {
                write!(f, "the handler has answered, but the answer cannot be read: {reason}")
            }
        }
    }
}

impl Error for RemoteError {}
