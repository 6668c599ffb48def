//! Why an actor ends.

use std::{fmt, sync::Arc as StdArc};

use crate::error::{Failure, Method};

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

/// What an actor does when one of its handlers panics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnPanic {
    /// The actor ends: its state may be broken. The default.
    #[default]
    End,
    /// The actor goes on with the state as the panic left it. Only the caller of the handler that
    /// panicked learns of it.
    ///
    /// Choose it for handlers that change the state in one step, at their end.
    Continue,
}

impl OnPanic {
    /// What is told to those whose replies a panic took along.
    pub(crate) fn of_others(self) -> Failure {
        match self {
            Self::Continue => Failure::Unanswered,
            Self::End => Failure::Stopped,
        }
    }
}
