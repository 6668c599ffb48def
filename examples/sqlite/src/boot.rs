//! Opening a database: connection, settings, schema migration and integrity check.
//!
//! [`Options::open`] does the first two and creates the actor's state; [`Store::boot`] does the others in the
//! actor's `#[on_start]`. Both run on the actor's thread before a handle exists, so a failure is the error of
//! the start and there is no handle to a partly opened database.
//!
//! [`Store::boot`]: crate::Store::boot

use std::time::Duration;

use rusqlite::{Connection, MAIN_DB, OpenFlags, types::Value};

use crate::{
    control::{Control, Unit},
    error::{Error, Result},
    options::{Check, Options, Step, StepKind},
    sql::STATEMENTS,
};

const READS: OpenFlags = OpenFlags::SQLITE_OPEN_READ_ONLY.union(OpenFlags::SQLITE_OPEN_NO_MUTEX);
const WRITES: OpenFlags = OpenFlags::SQLITE_OPEN_READ_WRITE
    .union(OpenFlags::SQLITE_OPEN_CREATE)
    .union(OpenFlags::SQLITE_OPEN_NO_MUTEX);

/// Opens the file and applies the settings.
pub(crate) fn connect(options: &Options) -> Result<Connection> {
    let mut connection = match options {
        Options { is_read_only: true, is_in_memory: true, .. } => return Err(Error::InMemory),
        Options { is_read_only: true, path, .. } => Connection::open_with_flags(path, READS)?,
        Options { is_in_memory: true, .. } => Connection::open_in_memory_with_flags(WRITES)?,
        Options { path, .. } => Connection::open_with_flags(path, WRITES)?,
    };
    // SQLite opens a file that it may not write for reading.
    if !options.is_read_only && connection.is_readonly(MAIN_DB)? {
        return Err(Error::ReadOnly("permission denied".to_owned()));
    }
    set_up(&connection, options)?;
    for configure in &options.configure {
        configure.0(&mut connection)?;
    }
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
}

/// Migrates the schema and checks the file.
pub(crate) fn prepare(options: &Options, connection: &Connection, control: &Control) -> Result<()> {
    if options.is_read_only {
        let (found, known) = (version(connection, &options.schema)?, options.schema.len());
        if found < known {
            return Err(Error::Older { found, known });
        }
    } else {
        migrate(connection, control, &options.schema)?;
    }
    check(connection, options.check)
}

/// Applies the settings and reads each one back, because SQLite ignores a value that it does not accept.
fn set_up(connection: &Connection, options: &Options) -> Result<()> {
    let busy_timeout = milliseconds(options.busy_timeout);
    // First, because changing the journal mode may have to wait for another connection.
    pragma(connection, "busy_timeout", Value::Integer(busy_timeout), Value::Integer(busy_timeout))?;
    if options.is_read_only {
        // Temporary tables are not in the file, and are refused by this setting only.
        pragma(connection, "query_only", Value::Integer(1), Value::Integer(1))?;
    } else if !options.is_in_memory {
        let wal = || Value::Text("wal".to_owned());
        pragma(connection, "journal_mode", wal(), wal())?;
    }
    foreign_keys(connection, true)?;
    // 1 is NORMAL. In WAL mode, commits survive a crash of the process; a power failure may lose the newest
    // commits but does not corrupt the file.
    pragma(connection, "synchronous", Value::Integer(1), Value::Integer(1))
}

/// Rounds up, because zero means not to wait. SQLite takes an `int`.
fn milliseconds(time: Duration) -> i64 {
    let whole = time.as_nanos().div_ceil(1_000_000);
    i64::from(i32::try_from(whole).unwrap_or(i32::MAX))
}

fn foreign_keys(connection: &Connection, enforce: bool) -> Result<()> {
    let value = || Value::Integer(i64::from(enforce));
    pragma(connection, "foreign_keys", value(), value())
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
fn migrate(connection: &Connection, control: &Control, schema: &[Step]) -> Result<()> {
    if version(connection, schema)? == schema.len() {
        return Ok(());
    }
    // Otherwise dropping a table deletes the rows that refer to it with ON DELETE CASCADE, and a step could not
    // replace a table. SQLite ignores this setting inside a transaction.
    foreign_keys(connection, false)?;
    while version(connection, schema)? < schema.len() {
        control.atomically(connection, Unit::Transaction, |connection| {
            // Read again under the lock, because another process may have migrated in the meantime.
            let version = version(connection, schema)?;
            match schema.get(version) {
                Some(step) => take(step, connection, version + 1),
                None => Ok(()),
            }
        })?;
    }
    foreign_keys(connection, true)
}

/// Takes one step, to `version`.
fn take(step: &Step, connection: &Connection, version: usize) -> Result<()> {
    let outcome = match &step.0 {
        StepKind::Sql(text) => connection.execute_batch(text).map_err(Error::from),
        StepKind::Run(step) => step(connection),
    };
    outcome
        // The cast does not overflow: a schema has few steps.
        .and_then(|()| Ok(connection.pragma_update(None, "user_version", version as i64)?))
        .and_then(|()| check_references(connection))
        .map_err(|error| Error::Migration { version, cause: Box::new(error) })
}

fn version(connection: &Connection, schema: &[Step]) -> Result<usize> {
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let newer = Error::Newer { found, known: schema.len() };
    usize::try_from(found).ok().filter(|version| *version <= schema.len()).ok_or(newer)
}

fn check(connection: &Connection, check: Check) -> Result<()> {
    let name = match check {
        Check::Full => "integrity_check",
        Check::Quick => "quick_check",
        Check::None => return Ok(()),
    };
    let found: String = connection.pragma_query_value(None, name, |row| row.get(0))?;
    if found != "ok" {
        // The first line of the report names the database.
        let fault = found.lines().find(|line| !line.starts_with("***")).unwrap_or(&found);
        return Err(Error::Corrupt(fault.to_owned()));
    }
    if check == Check::Full { check_references(connection) } else { Ok(()) }
}

/// Checks all foreign keys.
fn check_references(connection: &Connection) -> Result<()> {
    let mut orphans =
        connection.prepare("SELECT \"table\", rowid FROM pragma_foreign_key_check")?;
    let mut orphans = orphans.query([])?;
    match orphans.next()? {
        None => Ok(()),
        Some(row) => Err(Error::Orphan { table: row.get(0)?, rowid: row.get(1)? }),
    }
}
