//! The error type of the package.
//!
//! Each variant calls for a different reaction of the caller. SQLite's result codes are mapped here, so that
//! applications need not know them.

use std::{error, fmt, io, path::PathBuf, sync::Arc};

use actor_runtime::{CallError, CallErrorKind, SendError, StartError, TrySendError};
use rusqlite::{ErrorCode, ffi};

use crate::options::ResultLimit;

/// A [`Result`](std::result::Result) with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error from the database or from its actor.
///
/// The type is `Clone`, because a failed group commit returns the same error to every request of the group.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Error {
    /// Another connection held the lock for longer than the busy timeout. Nothing was changed, so it is safe
    /// to retry.
    Busy,
    /// The change violates a constraint of the schema, and was not made.
    Constraint {
        /// The kind of constraint.
        rule: Rule,
        /// SQLite's message.
        message: String,
    },
    /// The file is damaged.
    Corrupt(String),
    /// A row refers to a row that is missing.
    Orphan {
        /// The table of the row.
        table: String,
        /// The rowid of the row, if its table has rowids.
        rowid: Option<i64>,
    },
    /// The file is not a database.
    NotADatabase,
    /// The file cannot be opened or created.
    CannotOpen(String),
    /// The file or its directory is not writable.
    ReadOnly(String),
    /// The disk is full. The change was rolled back.
    DiskFull,
    /// SQLite did not accept a required setting.
    Pragma {
        /// The name of the pragma.
        name: &'static str,
        /// The value that was set.
        wanted: String,
        /// The value that was read back.
        found: String,
    },
    /// The schema of the file is newer than this program.
    Newer {
        /// The schema version of the file.
        found: i64,
        /// The newest schema version that this program supports.
        known: usize,
    },
    /// The schema of the file is older than this program, and a store that only reads cannot migrate it.
    Older {
        /// The schema version of the file.
        found: usize,
        /// The schema version of this program.
        known: usize,
    },
    /// A database in memory belongs to one connection, so it has no readers.
    InMemory,
    /// A migration step failed and was rolled back.
    Migration {
        /// The schema version of the step.
        version: usize,
        /// The cause.
        cause: Box<Error>,
    },
    /// The database could not be opened.
    Boot {
        /// The path of the file.
        path: PathBuf,
        /// The cause.
        cause: Box<Error>,
    },
    /// A backup could not be written.
    Backup {
        /// The path of the copy.
        path: PathBuf,
        /// The cause.
        cause: String,
    },
    /// SQLite rolled back the transaction or group that the request was part of. Nothing of it is stored.
    RolledBack,
    /// The rows of a query exceed this limit.
    TooLarge(ResultLimit),
    /// The request was interrupted: its caller is gone, or the actor was aborted.
    Interrupted,
    /// A request that reads has changed rows. They were rolled back.
    WriteInRead,
    /// The statement applies to a connection or to the whole file, so it is run by the writer of a pool, not by a reader.
    NotForReaders,
    /// The SQL text begins or ends a transaction. Only the actor may do that, so that statements of different
    /// callers do not mix in one transaction.
    TransactionControl,
    /// A transaction over several requests was begun without a lease.
    NotLeased,
    /// A transaction is already open.
    InTransaction,
    /// No transaction is open.
    NoTransaction,
    /// The database is closed.
    Closed {
        /// Whether the request had been accepted. If not, it was not executed; otherwise it may have been.
        was_accepted: bool,
    },
    /// The mailbox is full. Only calls that do not wait for room return this error.
    MailboxFull,
    /// The handler panicked with this message. Its changes were rolled back.
    Panicked(Arc<str>),
    /// The call failed for another reason, such as a timeout.
    Call(CallError),
    /// The thread could not be spawned.
    NoThread(Arc<io::Error>),
    /// Any other error of SQLite or rusqlite, such as a syntax error or a query without rows.
    Sql(Arc<rusqlite::Error>),
}

/// The kind of constraint that a change violates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rule {
    /// `UNIQUE` or `PRIMARY KEY`.
    Unique,
    /// `FOREIGN KEY`.
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
    /// Returns `true` if the request is known to have changed nothing and may succeed if it is repeated.
    ///
    /// A request of a transaction that was [rolled back](Self::RolledBack) is repeated with the whole transaction.
    #[must_use]
    pub fn is_safe_to_retry(&self) -> bool {
        match self {
            Self::Busy
            | Self::RolledBack
            | Self::MailboxFull
            | Self::Closed { was_accepted: false } => true,
            Self::Call(error) => error.is_safe_to_retry(),
            _ => false,
        }
    }

    /// Returns `true` if the file or the connection to it has failed, so that another connection may succeed.
    pub(crate) fn is_of_file(&self) -> bool {
        match self {
            Self::Corrupt(_) | Self::NotADatabase | Self::CannotOpen(_) => true,
            Self::Sql(error) => error.sqlite_error_code() == Some(ErrorCode::SystemIoFailure),
            _ => false,
        }
    }

    /// Wraps the error in [`Error::Boot`].
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
            _ if code.extended_code == ffi::SQLITE_CONSTRAINT_COMMITHOOK => Self::RolledBack,
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Self::Busy,
            ErrorCode::ConstraintViolation => {
                Self::Constraint { rule: Rule::of(code.extended_code), message }
            }
            ErrorCode::DatabaseCorrupt => Self::Corrupt(message),
            ErrorCode::NotADatabase => Self::NotADatabase,
            ErrorCode::CannotOpen => Self::CannotOpen(message),
            ErrorCode::ReadOnly => Self::ReadOnly(message),
            ErrorCode::DiskFull => Self::DiskFull,
            ErrorCode::OperationInterrupted => Self::Interrupted,
            ErrorCode::AuthorizationForStatementDenied => Self::TransactionControl,
            _ => Self::Sql(Arc::new(error)),
        }
    }
}

impl From<CallError> for Error {
    fn from(error: CallError) -> Self {
        match error.kind() {
            CallErrorKind::Closed | CallErrorKind::LeaseEnded => {
                Self::Closed { was_accepted: false }
            }
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
            TrySendError::Closed(_) | TrySendError::LeaseEnded(_) => {
                Self::Closed { was_accepted: false }
            }
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
            Self::Constraint { message, .. } => f.write_str(message),
            Self::Corrupt(message) => write!(f, "the file is damaged: {message}"),
            Self::Orphan { table, rowid: Some(rowid) } => {
                write!(f, "row {rowid} of `{table}` refers to a missing row")
            }
            Self::Orphan { table, rowid: None } => {
                write!(f, "a row of `{table}` refers to a missing row")
            }
            Self::NotADatabase => f.write_str("the file is not a database"),
            Self::CannotOpen(message) => write!(f, "cannot open the file: {message}"),
            Self::ReadOnly(message) => write!(f, "cannot write the file: {message}"),
            Self::DiskFull => f.write_str("the disk is full"),
            Self::Pragma { name, wanted, found } => {
                write!(f, "`PRAGMA {name}` was set to {wanted} but is {found}")
            }
            Self::Newer { found, known } => {
                write!(f, "schema version {found} is not supported, the newest is {known}")
            }
            Self::Older { found, known } => {
                write!(
                    f,
                    "schema version {found} is older than {known}, and is not migrated for reading"
                )
            }
            Self::InMemory => f.write_str("a database in memory belongs to one connection"),
            Self::Migration { version, cause } => {
                write!(f, "cannot migrate the schema to version {version}: {cause}")
            }
            Self::Boot { path, cause } => {
                write!(f, "cannot open the database `{}`: {cause}", path.display())
            }
            Self::Backup { path, cause } => {
                write!(f, "cannot write the backup `{}`: {cause}", path.display())
            }
            Self::RolledBack => f.write_str("the transaction was rolled back"),
            Self::TooLarge(ResultLimit { rows, bytes }) => {
                write!(f, "the query returns more than {rows} rows or {bytes} bytes")
            }
            Self::Interrupted => f.write_str("the request was interrupted"),
            Self::WriteInRead => f.write_str("a request that reads cannot change rows"),
            Self::NotForReaders => f.write_str("the statement must be run by the writer"),
            Self::TransactionControl => f.write_str("SQL text cannot begin or end a transaction"),
            Self::NotLeased => f.write_str("a transaction over several requests needs a lease"),
            Self::InTransaction => f.write_str("a transaction is already open"),
            Self::NoTransaction => f.write_str("no transaction is open"),
            Self::Closed { was_accepted: false } => f.write_str("the database is closed"),
            Self::Closed { was_accepted: true } => {
                f.write_str("the database was closed before it replied")
            }
            Self::MailboxFull => f.write_str("the mailbox of the database is full"),
            Self::Panicked(message) => write!(f, "the handler panicked: {message}"),
            Self::Call(error) => error.fmt(f),
            Self::NoThread(_) => f.write_str("cannot spawn the thread of the database"),
            Self::Sql(error) => error.fmt(f),
        }
    }
}

impl error::Error for Error {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Self::NoThread(error) => Some(error.as_ref()),
            // `Display` includes the text of the cause, so the source is that of the cause.
            Self::Boot { cause, .. } | Self::Migration { cause, .. } => cause.source(),
            Self::Call(error) => error.source(),
            Self::Sql(error) => error.source(),
            _ => None,
        }
    }
}
