//! The workload of all contestants: two statements on the same table with the same settings.

use std::future::Future;

use rusqlite::Connection;

/// The migration steps of the schema.
pub(crate) const SCHEMA: &[&str] = &[
    "CREATE TABLE event (id INTEGER PRIMARY KEY, number INTEGER NOT NULL, text TEXT NOT NULL) STRICT",
];
/// The number of rows that the table is filled with.
pub(crate) const ROWS: i64 = 10_000;

const INSERT: &str = "INSERT INTO event (number, text) VALUES (?1, ?2)";
const SELECT: &str = "SELECT text FROM event WHERE id = ?1";
const TEXT: &str = "somebody said something to somebody else";

#[derive(Clone, Copy)]
pub(crate) enum Workload {
    Insert,
    Select,
}

/// A way to send requests to a connection. The methods panic on errors.
pub(crate) trait Contestant: Clone + Send + Sync + 'static {
    fn insert(&self, number: i64) -> impl Future<Output = ()> + Send;
    fn select(&self, id: i64) -> impl Future<Output = ()> + Send;
}

pub(crate) fn insert(connection: &Connection, number: i64) -> rusqlite::Result<i64> {
    connection.prepare_cached(INSERT)?.execute((number, TEXT))?;
    Ok(connection.last_insert_rowid())
}

pub(crate) fn select(connection: &Connection, id: i64) -> rusqlite::Result<String> {
    connection.prepare_cached(SELECT)?.query_row([id], |row| row.get(0))
}

/// Applies the same settings as `sqlite_actor`.
pub(crate) fn configure(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", 1)?;
    connection.pragma_update(None, "foreign_keys", 1)?;
    connection.pragma_update(None, "busy_timeout", 5_000)?;
    connection.set_prepared_statement_cache_capacity(128);
    Ok(())
}

pub(crate) fn fill(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch("BEGIN")?;
    for number in 0..ROWS {
        insert(connection, number)?;
    }
    connection.execute_batch("COMMIT")
}
