//! The errors of this crate.
//!
//! Each variant calls for a different reaction of the caller. The ones that end a connection say whether the
//! request may have run.

mod server;

use std::{error, fmt, io, sync::Arc, time::Duration};

use actor_runtime::{CallError, CallErrorKind};
use postgres_types::Type;

pub use self::server::{Notice, ServerError, SqlState};
use crate::pool::Busy;

/// A [`Result`](std::result::Result) with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The cause of an error that another library reports.
pub(crate) type Cause = Arc<dyn error::Error + Send + Sync>;

/// An error of a session, of a pool, or of the server.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Error {
    /// The server refused a statement. The session goes on.
    Server(Box<ServerError>),
    /// A connection could not be established.
    Connect {
        /// The address of the server.
        target: String,
        /// What was being done, such as `authenticating`.
        step: &'static str,
        /// The cause.
        cause: Cause,
    },
    /// The connection has ended.
    Closed {
        /// Whether the request may have run. If not, it is safe to send it again.
        may_have_run: bool,
        /// Why the connection has ended.
        why: Closed,
    },
    /// The request took longer than its limit.
    TimedOut {
        /// The limit.
        after: Duration,
    },
    /// The reader of a stream left no room for longer than
    /// [`stall_timeout`](crate::Config::stall_timeout). The rest of its rows was discarded.
    Stalled {
        /// The limit.
        after: Duration,
    },
    /// A statement has another number of parameters than values were given.
    ParameterCount {
        /// The number of parameters of the statement.
        expected: usize,
        /// The number of values.
        given: usize,
    },
    /// A value cannot be sent as this parameter.
    Parameter {
        /// The position, counted from zero.
        index: usize,
        /// The type of the parameter.
        ty: Type,
        /// The cause.
        cause: Cause,
    },
    /// A column cannot be read as the type that was asked for.
    Column {
        /// The name of the column.
        name: String,
        /// The type of the column.
        ty: Type,
        /// The cause.
        cause: Cause,
    },
    /// A row has no such column.
    NoColumn(String),
    /// A query returned another number of rows than its caller wanted.
    RowCount {
        /// What was wanted, such as `one row`.
        expected: &'static str,
        /// The number of rows that came.
        found: usize,
    },
    /// The transaction, or the exclusive use, had ended. The request did not run.
    Ended,
    /// A statement of the transaction had failed, so its `COMMIT` has rolled it back.
    RolledBack,
    /// A `COPY` is under way in this transaction, so nothing else can be sent.
    Copying,
    /// The statement is not the `COPY` that the method is for, or is a `COPY` where none is possible.
    NotCopy {
        /// The method to call, or the form of the statement.
        expected: &'static str,
    },
    /// The statement was prepared by another session.
    ForeignStatement,
    /// A statement cannot be sent, for instance because its text contains a zero byte.
    Invalid(Arc<io::Error>),
    /// No session of a pool became free in time.
    Busy(Box<Busy>),
    /// The pool is closed.
    PoolClosed,
    /// The actor did not answer, for another reason than the end of the connection.
    Call(CallError),
}

/// Why a connection has ended.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Closed {
    /// This program closed the session, or dropped its last handle.
    ByClient,
    /// The server ended the connection and said why.
    ByServer(Box<ServerError>),
    /// Reading or writing failed, or the server closed the connection without a word.
    Io(Arc<io::Error>),
    /// The server sent what the protocol does not allow.
    Protocol(Arc<str>),
    /// The server sent nothing for this long although it owed an answer: see
    /// [`silence_timeout`](crate::Config::silence_timeout).
    Silent(Duration),
}

impl Error {
    /// Returns the server's error, if it is one.
    #[must_use]
    pub fn server(&self) -> Option<&ServerError> {
        match self {
            Self::Server(error) | Self::Closed { why: Closed::ByServer(error), .. } => Some(error),
            Self::Connect { cause, .. } => cause.downcast_ref::<ServerError>(),
            _ => None,
        }
    }

    /// Returns the SQLSTATE of the server's error, if it is one.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.server().map(ServerError::code)
    }

    /// Returns `true` if the connection has ended.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        matches!(self, Self::Closed { .. })
    }

    /// Returns `true` if the request certainly did not run, so that sending it again repeats nothing.
    #[must_use]
    pub fn is_safe_to_retry(&self) -> bool {
        match self {
            Self::Closed { may_have_run, .. } => !may_have_run,
            Self::Connect { .. } | Self::Busy(_) | Self::Ended => true,
            Self::Call(error) => error.is_safe_to_retry(),
            _ => false,
        }
    }

    pub(crate) fn cause(error: impl error::Error + Send + Sync + 'static) -> Cause {
        Arc::new(error)
    }

    /// The error of a call to a driver that did not answer.
    pub(crate) fn of_call(error: CallError, why: Option<&Closed>) -> Self {
        match (error.kind(), why) {
            (CallErrorKind::LeaseEnded, _) => Self::Ended,
            (CallErrorKind::Closed | CallErrorKind::Stopped, why) => Self::Closed {
                may_have_run: !error.is_safe_to_retry(),
                why: why.cloned().unwrap_or(Closed::ByClient),
            },
            _ => Self::Call(error),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Server(error) => error.fmt(f),
            Self::Connect { target, step, cause } => {
                write!(f, "connecting to {target} failed while {step}: {cause}")
            }
            Self::Closed { may_have_run: true, why } => {
                write!(
                    f,
                    "the connection ended before the answer: {why}; the statement may have run"
                )
            }
            Self::Closed { may_have_run: false, why } => {
                write!(f, "the connection has ended: {why}; the statement did not run")
            }
            Self::TimedOut { after } => write!(f, "no answer within {after:?}"),
            Self::Stalled { after } => {
                write!(f, "the rows were not read for {after:?}, so the rest was discarded")
            }
            Self::ParameterCount { expected, given } => {
                write!(f, "the statement has {expected} parameters, but {given} values were given")
            }
            Self::Parameter { index, ty, cause } => {
                write!(f, "parameter ${} of type `{ty}`: {cause}", index + 1)
            }
            Self::Column { name, ty, cause } => {
                write!(f, "column `{name}` of type `{ty}`: {cause}")
            }
            Self::NoColumn(name) => write!(f, "the row has no column {name}"),
            Self::RowCount { expected, found } => {
                write!(f, "expected {expected}, but the query returned {found}")
            }
            Self::Ended => f.write_str("the transaction has ended, so the statement did not run"),
            Self::RolledBack => {
                f.write_str("the transaction was rolled back, because a statement in it had failed")
            }
            Self::Copying => f.write_str("a COPY is under way on this session"),
            Self::NotCopy { expected } => write!(f, "use {expected}"),
            Self::ForeignStatement => f.write_str("the statement was prepared by another session"),
            Self::Invalid(error) => write!(f, "the statement cannot be sent: {error}"),
            Self::Busy(busy) => busy.fmt(f),
            Self::PoolClosed => f.write_str("the pool is closed"),
            Self::Call(error) => error.fmt(f),
        }
    }
}

impl error::Error for Error {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Self::Server(error) | Self::Closed { why: Closed::ByServer(error), .. } => {
                Some(&**error)
            }
            Self::Connect { cause, .. }
            | Self::Parameter { cause, .. }
            | Self::Column { cause, .. } => Some(&**cause),
            Self::Closed { why: Closed::Io(error), .. } | Self::Invalid(error) => Some(&**error),
            Self::Call(error) => Some(error),
            _ => None,
        }
    }
}

impl fmt::Display for Closed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ByClient => f.write_str("the session was closed"),
            Self::ByServer(error) => error.fmt(f),
            Self::Io(error) => error.fmt(f),
            Self::Protocol(text) => write!(f, "the server broke the protocol: {text}"),
            Self::Silent(duration) => write!(f, "the server sent nothing for {duration:?}"),
        }
    }
}

impl From<io::Error> for Closed {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => {
                Self::Protocol(error.to_string().into())
            }
            _ => Self::Io(Arc::new(error)),
        }
    }
}
