//! [`ExitReason`] and [`OnPanic`]: why an actor ends, and whether a panic is a reason.

use std::{fmt, sync::Arc as StdArc};

use crate::error::{Failure, Method};

/// The reason why an actor ended.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExitReason {
    /// A handler that takes `self` ran.
    Finished(Method),
    /// The last handle was dropped, and all accepted messages were handled.
    HandlesDropped,
    /// The mailbox was closed, and all accepted messages were handled.
    Shutdown,
    /// The actor was aborted, or its future was dropped, as by a runtime that shuts down.
    Aborted,
    /// A handler or a hook panicked.
    Panicked {
        /// The handler or hook that panicked.
        method: Method,
        /// The panic message.
        message: StdArc<str>,
    },
    /// `#[on_start]` returned an error.
    StartFailed,
}

impl ExitReason {
    /// Returns `true` if the actor ended in an orderly way, rather than by an abort, a panic or a failed
    /// start.
    #[must_use]
    pub fn is_orderly(&self) -> bool {
        match self {
            Self::Finished(_) | Self::HandlesDropped | Self::Shutdown => true,
            Self::Aborted | Self::Panicked { .. } | Self::StartFailed => false,
        }
    }
}

/// An [`ExitReason`] in two words, for what is stored in every mailbox. The usual ones allocate nothing.
#[derive(Clone)]
pub(crate) enum StoredReason {
    HandlesDropped,
    Shutdown,
    Aborted,
    Other(Box<ExitReason>),
}

impl From<ExitReason> for StoredReason {
    fn from(reason: ExitReason) -> Self {
        match reason {
            ExitReason::HandlesDropped => Self::HandlesDropped,
            ExitReason::Shutdown => Self::Shutdown,
            ExitReason::Aborted => Self::Aborted,
            other => Self::Other(Box::new(other)),
        }
    }
}

impl StoredReason {
    pub(crate) fn get(&self) -> ExitReason {
        match self {
            Self::HandlesDropped => ExitReason::HandlesDropped,
            Self::Shutdown => ExitReason::Shutdown,
            Self::Aborted => ExitReason::Aborted,
            Self::Other(reason) => reason.as_ref().clone(),
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

/// What an actor does when one of its handlers panics.
///
/// Set with [`Builder::on_panic`](crate::Builder::on_panic).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnPanic {
    /// End the actor, because its state may be inconsistent. The default.
    #[default]
    End,
    /// Continue with the next message, and the state as the panic left it. Only the caller of the handler
    /// that panicked gets an error that says so.
    ///
    /// Suitable if handlers change the state in one step, at their end.
    Continue,
}

impl OnPanic {
    /// The failure of replies of other handlers that were dropped by the panic.
    pub(crate) fn of_others(self) -> Failure {
        match self {
            Self::Continue => Failure::Unanswered,
            Self::End => Failure::Stopped,
        }
    }
}
