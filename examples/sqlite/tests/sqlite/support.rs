//! Helpers: a temporary directory, a schema and a database for each test.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use actor_runtime::Builder;
use rusqlite::Connection;
use sqlite_actor::{Database, DatabaseHandle, GroupCommit, Options, Result, Row, Value};
use tempfile::TempDir;

/// An upper bound for waits, so that a broken test fails instead of hanging.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) const SCHEMA: &[&str] = &[
    "CREATE TABLE entry (
         id INTEGER PRIMARY KEY,
         name TEXT NOT NULL UNIQUE,
         number INTEGER NOT NULL CHECK (number >= 0)
     ) STRICT;",
    "CREATE TABLE part (
         entry INTEGER NOT NULL REFERENCES entry (id) DEFERRABLE INITIALLY DEFERRED
     ) STRICT;
     CREATE INDEX part_by_entry ON part (entry);",
];

pub(crate) const INSERT: &str = "INSERT INTO entry (name, number) VALUES (?1, ?2)";

/// A temporary directory with the database of a test.
pub(crate) struct Scratch(TempDir);

impl Scratch {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn directory(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.0.path().join("test.db")
    }

    pub(crate) fn options(&self) -> Options {
        Options::new(self.file(), SCHEMA)
    }

    /// Opens a separate connection to the file, without the actor.
    pub(crate) fn plain(&self) -> Connection {
        Connection::open(self.file()).unwrap()
    }

    /// Returns the names in the file, in order of insertion.
    pub(crate) fn names(&self) -> Vec<String> {
        let plain = self.plain();
        let mut statement = plain.prepare("SELECT name FROM entry ORDER BY id").unwrap();
        let names = statement.query_map([], |row| row.get(0)).unwrap();
        names.map(Result::unwrap).collect()
    }

    /// Returns `true` if the `-wal` or `-shm` file exists.
    pub(crate) fn has_log(&self) -> bool {
        ["test.db-wal", "test.db-shm"].iter().any(|name| self.directory().join(name).exists())
    }
}

/// Holds the write lock, so that requests queue up in the mailbox.
pub(crate) struct Gate(Connection);

impl Gate {
    pub(crate) fn close(scratch: &Scratch) -> Self {
        let plain = scratch.plain();
        plain.execute_batch("BEGIN IMMEDIATE").unwrap();
        Self(plain)
    }

    pub(crate) fn open(self) {
        self.0.execute_batch("COMMIT").unwrap();
    }
}

/// Group commit that is limited only by the number of requests.
pub(crate) fn grouped(max_requests: usize) -> GroupCommit {
    GroupCommit { max_requests, max_age: PATIENCE }
}

pub(crate) async fn start(options: Options) -> Result<DatabaseHandle> {
    start_with(Builder::new(), options).await
}

pub(crate) async fn start_with(builder: Builder, options: Options) -> Result<DatabaseHandle> {
    Ok(builder.start_thread(move || Database::open(&options)).await?)
}

/// The parameters of [`INSERT`].
pub(crate) fn entry(name: impl Into<String>, number: i64) -> Vec<Value> {
    vec![Value::Text(name.into()), Value::Integer(number)]
}

/// Returns the number of entries, queried through the actor.
pub(crate) async fn count(database: &DatabaseHandle) -> i64 {
    let rows: Vec<Row> =
        database.query("SELECT count(*) FROM entry", vec![]).await.unwrap().unwrap();
    match rows[..] {
        [ref row] => match row[..] {
            [Value::Integer(count)] => count,
            _ => panic!("{row:?}"),
        },
        _ => panic!("{rows:?}"),
    }
}
