//! Boot: what happens before anybody has a handle.
//!
//! Open, settings, schema, check. The first two make the actor's state, the others are its `#[on_start]`.
//! All of it runs on the actor's own thread, and any failure is the error of the start: there is no
//! handle to a database that is half open.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags, TransactionBehavior, types::Value};

use crate::{
    error::{Error, Result},
    store::Store,
};

/// How many prepared statements are kept.
const STATEMENTS: usize = 128;

/// What a database is opened with.
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

/// How thoroughly the file is looked at before it is used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Check {
    /// `integrity_check`: every page, every index, every foreign key. It reads the whole file.
    #[default]
    Full,
    /// `quick_check`: without comparing indexes to tables; for files too large to be read at each start.
    Quick,
}

/// Commits what waits together in one transaction, and answers it together.
///
/// A commit costs several times what a small write does, and to wake a caller costs more than a small
/// read. With this, a request is done at once, but its answer waits until the mailbox has run empty or the
/// group is full: then one commit serves all that has been written. Every answered write is as safe as
/// without. The actor has to [flush](Store::flush) in its `#[on_idle]`. The price:
///
/// - A caller who is alone pays for a transaction around its statement.
/// - An answer may wait for the requests that came after it, so one that takes long holds up others.
/// - Should the commit itself fail, by a full disk or a deferred foreign key, the whole group fails.
#[derive(Clone, Copy, Debug)]
pub struct GroupCommit {
    /// The most requests whose answers wait for one commit.
    pub max_requests: usize,
    /// The longest that a group stays open while requests keep coming.
    pub max_age: Duration,
}

impl Default for GroupCommit {
    fn default() -> Self {
        Self { max_requests: 256, max_age: Duration::from_millis(5) }
    }
}

impl Options {
    /// The file, and the steps of its schema: step *n* brings `user_version` from *n* - 1 to *n*. Steps
    /// that were released are never changed, only added to.
    pub fn new(path: impl Into<PathBuf>, schema: &'static [&'static str]) -> Self {
        Self {
            path: path.into(),
            schema,
            busy_timeout: Duration::from_secs(5),
            check: Check::default(),
            group_commit: None,
        }
    }

    /// How long a request waits while another connection holds the lock, before it fails with
    /// [`Error::Busy`]. Five seconds if nothing is said.
    pub fn busy_timeout(self, busy_timeout: Duration) -> Self {
        Self { busy_timeout, ..self }
    }

    /// How thoroughly the file is looked at.
    pub fn check(self, check: Check) -> Self {
        Self { check, ..self }
    }

    /// Commits what waits together in one transaction.
    pub fn group_commit(self, group_commit: GroupCommit) -> Self {
        Self { group_commit: Some(group_commit), ..self }
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Opens the file, as an actor is made: on the thread where it is to live. The actor then
    /// [boots](Store::boot) it before it takes any message.
    ///
    /// # Errors
    ///
    /// [`Error::Boot`], with the file and what is wrong with it.
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

    /// Brings the schema up to date and looks at what is there.
    pub(crate) fn prepare(&self, connection: &mut Connection) -> Result<()> {
        migrate(connection, self.schema)
            .and_then(|()| check(connection, self.check))
            .map_err(|error| error.at_boot(&self.path))
    }
}

/// Sets what has to be set, and reads each back: SQLite ignores a setting it does not take.
fn configure(connection: &Connection, busy_timeout: Duration) -> Result<()> {
    let busy_timeout = i64::try_from(busy_timeout.as_millis()).unwrap_or(i64::from(i32::MAX));
    // First, because a change to the journal may have to wait for another connection.
    pragma(connection, "busy_timeout", Value::Integer(busy_timeout), Value::Integer(busy_timeout))?;
    let wal = || Value::Text("wal".to_owned());
    pragma(connection, "journal_mode", wal(), wal())?;
    pragma(connection, "foreign_keys", Value::Integer(1), Value::Integer(1))?;
    // 1 is NORMAL: with a write-ahead log it survives a process that is killed, and loses the newest
    // commits, but no more, with the power.
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

/// Brings the schema to the newest version, each step in a transaction with its new number.
fn migrate(connection: &mut Connection, schema: &[&str]) -> Result<()> {
    while version(connection, schema)? < schema.len() {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Now that the lock is ours, once more: another process may have been faster.
        let version = version(&transaction, schema)?;
        let Some(step) = schema.get(version) else {
            continue;
        };
        let version = version + 1;
        transaction
            .execute_batch(step)
            // There are far fewer steps than fit, and SQLite says so if not.
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
            Err(Error::Corrupt(format!("row {rowid:?} of `{table}` refers to a row that is gone")))
        }
    }
}
