//! One error for everything that can go wrong between a caller and the file.
//!
//! Each variant asks something else of the caller. What SQLite says is sorted in one place, so that no
//! program has to know result codes.

use std::{error, fmt, io, path::PathBuf, sync::Arc};

use actor_runtime::{CallError, CallErrorKind, SendError, StartError, TrySendError};
use rusqlite::{ErrorCode, ffi};

/// What all of this crate gives.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why the database did not do what it was asked.
///
/// It can be cloned, because a commit that fails is told to all whose writes were in it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Error {
    /// Another connection held the lock for longer than the busy timeout. Nothing was changed, so
    /// trying again is safe.
    Busy,
    /// The change breaks a rule of the schema, and was not made.
    Constraint {
        /// Which sort of rule.
        rule: Rule,
        /// What SQLite says of it, with the table and column.
        message: String,
    },
    /// The file is damaged.
    Corrupt(String),
    /// The file is something else than a database.
    NotADatabase,
    /// The file cannot be opened, or not be made.
    CannotOpen(String),
    /// The file or its directory cannot be written.
    ReadOnly(String),
    /// There is no room left on the disk. What was under way was rolled back.
    DiskFull,
    /// The database does not take a setting it needs.
    Pragma {
        /// The setting.
        name: &'static str,
        /// What it was set to.
        wanted: String,
        /// What it is.
        found: String,
    },
    /// The file was written by a newer version of the program.
    Newer {
        /// The version of the schema in the file.
        found: i64,
        /// The newest version that this program knows.
        known: usize,
    },
    /// A step of the schema failed, and was rolled back.
    Migration {
        /// The version that was to be reached.
        version: usize,
        /// Why it was not.
        cause: Box<Error>,
    },
    /// The database did not start.
    Boot {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: Box<Error>,
    },
    /// SQLite rolled the transaction back of which this was a part. Nothing of it was kept.
    RolledBack,
    /// SQL text tried to begin or end a transaction. The actor does that, so that nobody's statement
    /// ends up in somebody else's transaction.
    TransactionControl,
    /// A transaction that lasts over several requests needs a lease, so that nobody else's request
    /// becomes part of it.
    NotLeased,
    /// There is a transaction already.
    InTransaction,
    /// There is no transaction.
    NoTransaction,
    /// The database is closed.
    Closed {
        /// Whether the request had been accepted before. If not, nothing was done. If so, it may have
        /// been done.
        was_accepted: bool,
    },
    /// The mailbox is full; only those who do not want to wait are told.
    MailboxFull,
    /// The handler panicked with this text. What it had changed was rolled back.
    Panicked(Arc<str>),
    /// There is no answer for another reason: the time was over, say.
    Call(CallError),
    /// The system gave no thread.
    NoThread(Arc<io::Error>),
    /// Anything else: a mistake in the SQL, a column of another type, no row.
    Sql(Arc<rusqlite::Error>),
}

/// The sort of rule that a change breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rule {
    /// `UNIQUE` or `PRIMARY KEY`: there is one already.
    Unique,
    /// `FOREIGN KEY`: there is none to refer to, or something refers to it.
    ForeignKey,
    /// `CHECK`.
    Check,
    /// `NOT NULL`.
    NotNull,
    /// Any other.
    Other,
}

impl Rule {
    fn of(extended_code: i32) -> Self {
        match extended_code {
            ffi::SQLITE_CONSTRAINT_UNIQUE
            | ffi::SQLITE_CONSTRAINT_PRIMARYKEY
            | ffi::SQLITE_CONSTRAINT_ROWID => Self::Unique,
            ffi::SQLITE_CONSTRAINT_FOREIGNKEY => Self::ForeignKey,
            ffi::SQLITE_CONSTRAINT_CHECK => Self::Check,
            ffi::SQLITE_CONSTRAINT_NOTNULL => Self::NotNull,
            _ => Self::Other,
        }
    }
}

impl Error {
    /// Whether nothing was done, so that asking again repeats nothing.
    #[must_use]
    pub fn is_safe_to_retry(&self) -> bool {
        match self {
            Self::Busy | Self::MailboxFull | Self::Closed { was_accepted: false } => true,
            Self::Call(error) => error.is_safe_to_retry(),
            _ => false,
        }
    }

    /// That the database at `path` did not start because of this.
    pub(crate) fn at_boot(self, path: &std::path::Path) -> Self {
        Self::Boot { path: path.to_owned(), cause: Box::new(self) }
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        let (code, message) = match &error {
            rusqlite::Error::SqliteFailure(code, message) => (*code, message.clone()),
            rusqlite::Error::SqlInputError { error, msg, .. } => (*error, Some(msg.clone())),
            _ => return Self::Sql(Arc::new(error)),
        };
        let message = message.unwrap_or_else(|| code.to_string());
        match code.code {
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Self::Busy,
            ErrorCode::ConstraintViolation => {
                Self::Constraint { rule: Rule::of(code.extended_code), message }
            }
            ErrorCode::DatabaseCorrupt => Self::Corrupt(message),
            ErrorCode::NotADatabase => Self::NotADatabase,
            ErrorCode::CannotOpen => Self::CannotOpen(message),
            ErrorCode::ReadOnly => Self::ReadOnly(message),
            ErrorCode::DiskFull => Self::DiskFull,
            ErrorCode::AuthorizationForStatementDenied => Self::TransactionControl,
            _ => Self::Sql(Arc::new(error)),
        }
    }
}

impl From<CallError> for Error {
    fn from(error: CallError) -> Self {
        match error.kind() {
            CallErrorKind::Closed => Self::Closed { was_accepted: false },
            CallErrorKind::Stopped => Self::Closed { was_accepted: true },
            CallErrorKind::Panicked { message } => Self::Panicked(message.clone()),
            _ => Self::Call(error),
        }
    }
}

impl<M> From<SendError<M>> for Error {
    fn from(_: SendError<M>) -> Self {
        Self::Closed { was_accepted: false }
    }
}

impl<M> From<TrySendError<M>> for Error {
    fn from(error: TrySendError<M>) -> Self {
        match error {
            TrySendError::Full(_) => Self::MailboxFull,
            TrySendError::Closed(_) => Self::Closed { was_accepted: false },
        }
    }
}

impl From<StartError<Self>> for Error {
    fn from(error: StartError<Self>) -> Self {
        match error {
            StartError::Failed(error) => error,
            StartError::Panicked(message) => Self::Panicked(message),
            StartError::NoThread(error) => Self::NoThread(Arc::new(error)),
            _ => Self::Closed { was_accepted: false },
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Busy => f.write_str("another connection holds the lock"),
            Self::Constraint { message, .. } | Self::Corrupt(message) => f.write_str(message),
            Self::NotADatabase => f.write_str("the file is not a database"),
            Self::CannotOpen(message) => write!(f, "the file cannot be opened: {message}"),
            Self::ReadOnly(message) => write!(f, "the file cannot be written: {message}"),
            Self::DiskFull => f.write_str("the disk is full"),
            Self::Pragma { name, wanted, found } => {
                write!(f, "`{name}` was set to {wanted} and is {found}")
            }
            Self::Newer { found, known } => {
                write!(f, "its schema has version {found}, and this program knows up to {known}")
            }
            Self::Migration { version, cause } => {
                write!(f, "its schema cannot be brought to version {version}: {cause}")
            }
            Self::Boot { path, cause } => {
                write!(f, "the database `{}` does not start: {cause}", path.display())
            }
            Self::RolledBack => f.write_str("the transaction was rolled back"),
            Self::TransactionControl => {
                f.write_str("a transaction is begun and ended by the actor, not by SQL text")
            }
            Self::NotLeased => f.write_str("a transaction over several requests needs a lease"),
            Self::InTransaction => f.write_str("there is a transaction already"),
            Self::NoTransaction => f.write_str("there is no transaction"),
            Self::Closed { was_accepted: false } => f.write_str("the database is closed"),
            Self::Closed { was_accepted: true } => {
                f.write_str("the database was closed before it answered")
            }
            Self::MailboxFull => f.write_str("too many requests wait for the database"),
            Self::Panicked(message) => write!(f, "the handler panicked: {message}"),
            Self::Call(error) => error.fmt(f),
            Self::NoThread(_) => f.write_str("the system gave no thread for the database"),
            Self::Sql(error) => error.fmt(f),
        }
    }
}

impl error::Error for Error {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Self::NoThread(error) => Some(error.as_ref()),
            // The text of these is that of their cause, so what is below it is next.
            Self::Boot { cause, .. } | Self::Migration { cause, .. } => cause.source(),
            Self::Call(error) => error.source(),
            Self::Sql(error) => error.source(),
            _ => None,
        }
    }
}
