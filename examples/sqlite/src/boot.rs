//! Opening a database: connection, settings, schema migration and integrity check.
//!
//! [`Options::open`] does the first two and creates the actor's state; [`Store::boot`] does the others in the
//! actor's `#[on_start]`. Both run on the actor's thread before a handle exists, so a failure is the error of
//! the start and there is no handle to a partly opened database.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags, TransactionBehavior, types::Value};

use crate::{
    error::{Error, Result},
    store::Store,
};

/// Capacity of the prepared statement cache.
const STATEMENTS: usize = 128;

/// Options for opening a database.
///
/// # Examples
///
/// ```
/// use sqlite_actor::{GroupCommit, Options};
///
/// let options = Options::new("bot.db", &["CREATE TABLE setting (name TEXT PRIMARY KEY, value) STRICT"])
///     .group_commit(GroupCommit::default());
/// ```
#[derive(Clone, Debug)]
#[must_use = "options open nothing by themselves"]
pub struct Options {
    path: PathBuf,
    schema: &'static [&'static str],
    busy_timeout: Duration,
    check: Check,
    pub(crate) group_commit: Option<GroupCommit>,
}

/// How thoroughly the file is checked when it is opened.
///
/// Both variants also check all foreign keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Check {
    /// Runs `PRAGMA integrity_check`, which also compares indexes to tables. This reads the whole file.
    #[default]
    Full,
    /// Runs `PRAGMA quick_check`, which does not compare indexes to tables. Suited to large files.
    Quick,
}

/// Limits for group commit: several requests share one transaction and one commit.
///
/// A commit costs several times as much as a small write. With group commit, each request is executed
/// immediately, and its reply is held back until the mailbox is empty or the group reaches one of these limits.
/// Then one commit covers all writes of the group. As without groups, a write is acknowledged after its commit.
/// The actor must call [`Store::flush`] in its `#[on_idle]`.
///
/// Group commit has costs:
///
/// - A request that is alone in its group still pays for an explicit transaction.
/// - A reply may wait for requests that were sent after it, so a slow request delays others.
/// - If the commit itself fails (a full disk, a deferred foreign key), the whole group fails.
#[derive(Clone, Copy, Debug)]
pub struct GroupCommit {
    /// The maximum number of requests in a group.
    pub max_requests: usize,
    /// The age at which a group is committed although more requests are waiting. It is compared when a request
    /// has been executed.
    pub max_age: Duration,
}

impl Default for GroupCommit {
    fn default() -> Self {
        Self { max_requests: 256, max_age: Duration::from_millis(5) }
    }
}

impl Options {
    /// Creates options for the database at `path`, with the migration steps of its schema.
    ///
    /// Step *n* brings `user_version` from *n* - 1 to *n*. Do not change a step after it was released; add a new
    /// one.
    pub fn new(path: impl Into<PathBuf>, schema: &'static [&'static str]) -> Self {
        Self {
            path: path.into(),
            schema,
            busy_timeout: Duration::from_secs(5),
            check: Check::default(),
            group_commit: None,
        }
    }

    /// Sets how long a request waits for a lock that another connection holds, before it fails with
    /// [`Error::Busy`]. The default is five seconds.
    pub fn busy_timeout(self, busy_timeout: Duration) -> Self {
        Self { busy_timeout, ..self }
    }

    /// Sets how thoroughly the file is checked. The default is [`Check::Full`].
    pub fn check(self, check: Check) -> Self {
        Self { check, ..self }
    }

    /// Enables group commit. It is disabled by default.
    pub fn group_commit(self, group_commit: GroupCommit) -> Self {
        Self { group_commit: Some(group_commit), ..self }
    }

    /// Returns the path of the file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Opens the file and applies the settings.
    ///
    /// Call this in the actor's constructor, and [`Store::boot`] in its `#[on_start]`.
    ///
    /// # Errors
    ///
    /// Returns [`Error::Boot`] with the path and the cause.
    pub fn open(&self) -> Result<Store> {
        self.connect()
            .map(|connection| Store::new(connection, self.clone()))
            .map_err(|error| error.at_boot(&self.path))
    }

    fn connect(&self) -> Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags)?;
        configure(&connection, self.busy_timeout)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        Ok(connection)
    }

    /// Migrates the schema and checks the file.
    pub(crate) fn prepare(&self, connection: &mut Connection) -> Result<()> {
        migrate(connection, self.schema)
            .and_then(|()| check(connection, self.check))
            .map_err(|error| error.at_boot(&self.path))
    }
}

/// Applies the settings and reads each one back, because SQLite ignores a value that it does not accept.
fn configure(connection: &Connection, busy_timeout: Duration) -> Result<()> {
    let busy_timeout = i64::try_from(busy_timeout.as_millis()).unwrap_or(i64::from(i32::MAX));
    // First, because changing the journal mode may have to wait for another connection.
    pragma(connection, "busy_timeout", Value::Integer(busy_timeout), Value::Integer(busy_timeout))?;
    let wal = || Value::Text("wal".to_owned());
    pragma(connection, "journal_mode", wal(), wal())?;
    pragma(connection, "foreign_keys", Value::Integer(1), Value::Integer(1))?;
    // 1 is NORMAL. In WAL mode, commits survive a crash of the process; a power failure may lose the newest
    // commits but does not corrupt the file.
    pragma(connection, "synchronous", Value::Integer(1), Value::Integer(1))
}

fn pragma(connection: &Connection, name: &'static str, value: Value, wanted: Value) -> Result<()> {
    connection.pragma_update(None, name, value)?;
    let found: Value = connection.pragma_query_value(None, name, |row| row.get(0))?;
    if found == wanted {
        return Ok(());
    }
    Err(Error::Pragma { name, wanted: text(wanted), found: text(found) })
}

fn text(value: Value) -> String {
    match value {
        Value::Text(text) => text,
        Value::Integer(number) => number.to_string(),
        other => format!("{other:?}"),
    }
}

/// Migrates the schema to the newest version. Each step is one transaction, together with its version number.
fn migrate(connection: &mut Connection, schema: &[&str]) -> Result<()> {
    while version(connection, schema)? < schema.len() {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Read again under the lock, because another process may have migrated in the meantime.
        let version = version(&transaction, schema)?;
        let Some(step) = schema.get(version) else {
            continue;
        };
        let version = version + 1;
        transaction
            .execute_batch(step)
            // The cast does not overflow: a schema has few steps.
            .and_then(|()| transaction.pragma_update(None, "user_version", version as i64))
            .and_then(|()| transaction.commit())
            .map_err(|error| Error::Migration { version, cause: Box::new(error.into()) })?;
    }
    Ok(())
}

fn version(connection: &Connection, schema: &[&str]) -> Result<usize> {
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let newer = Error::Newer { found, known: schema.len() };
    usize::try_from(found).ok().filter(|version| *version <= schema.len()).ok_or(newer)
}

fn check(connection: &Connection, check: Check) -> Result<()> {
    let name = match check {
        Check::Full => "integrity_check",
        Check::Quick => "quick_check",
    };
    let found: String = connection.pragma_query_value(None, name, |row| row.get(0))?;
    if found != "ok" {
        return Err(Error::Corrupt(found));
    }
    let mut orphans =
        connection.prepare("SELECT \"table\", rowid FROM pragma_foreign_key_check")?;
    let mut orphans = orphans.query([])?;
    match orphans.next()? {
        None => Ok(()),
        Some(row) => {
            let (table, rowid): (String, Option<i64>) = (row.get(0)?, row.get(1)?);
            Err(Error::Corrupt(format!("row {rowid:?} of `{table}` refers to a missing row")))
        }
    }
}
