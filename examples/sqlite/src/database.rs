//! A general-purpose actor that runs SQL text.
//!
//! An application usually defines its own actor around a [`Store`], with one method per operation, as
//! [`bot`](crate::bot) and [`console`](crate::console) do.

use std::borrow::Cow;

use actor_runtime::{Context, Reply, actor};
use rusqlite::{Connection, params_from_iter, types::Value};

use crate::{
    boot::Options,
    error::{Error, Result},
    store::{Counts, Store},
};

/// An actor that runs SQL text on a database.
///
/// # Examples
///
/// ```
/// use actor_runtime::{ActorHandle, Builder};
/// use sqlite_actor::{Database, Options};
///
/// # fn main() -> sqlite_actor::Result<()> {
/// # let directory = tempfile::tempdir().expect("a directory");
/// let options = Options::new(directory.path().join("notes.db"), &["CREATE TABLE note (text TEXT) STRICT"]);
/// let database = Builder::new().start_thread(move || Database::open(&options)).blocking()?;
/// let changed = database.execute("INSERT INTO note VALUES (?1)", vec!["hello".to_owned().into()]);
/// assert_eq!(changed.blocking()??.rows, 1);
/// let rows = database.query("SELECT text FROM note", vec![]).blocking()??;
/// assert_eq!(rows, [["hello".to_owned().into()]]);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Database {
    store: Store,
}

/// An SQL statement with its parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// The text of one SQL statement.
    pub sql: Cow<'static, str>,
    /// The values of `?1`, `?2` and so on.
    pub values: Vec<Value>,
}

/// A row: one value per column.
pub type Row = Vec<Value>;

/// The effect of a statement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Changed {
    /// The number of rows that were inserted, updated or deleted.
    pub rows: usize,
    /// The rowid of the last insert on this connection, or 0 if there was none.
    pub last_id: i64,
}

#[actor(mailbox = 256)]
impl Database {
    /// Opens the database.
    ///
    /// # Errors
    ///
    /// See [`Options::open`].
    pub fn open(options: &Options) -> Result<Self> {
        Ok(Self { store: options.open()? })
    }

    /// Executes one statement that writes.
    pub fn execute(&mut self, sql: &str, values: Vec<Value>, changed: Reply<Result<Changed>>) {
        self.store.write(changed, |connection| execute(connection, sql, values));
    }

    /// Executes one statement that reads, and returns its rows.
    pub fn query(&mut self, sql: &str, values: Vec<Value>, rows: Reply<Result<Vec<Row>>>) {
        if is_select(sql) {
            self.store.read(rows, |connection| query(connection, sql, values));
        } else {
            self.store.read_apart(rows, |connection| query(connection, sql, values));
        }
    }

    /// Executes several statements atomically.
    pub fn transaction(
        &mut self,
        statements: Vec<Statement>,
        changed: Reply<Result<Vec<Changed>>>,
    ) {
        self.store.transaction(changed, |connection| {
            let run = |Statement { sql, values }| execute(connection, &sql, values);
            statements.into_iter().map(run).collect()
        });
    }

    /// Begins a transaction that spans several requests.
    ///
    /// The transaction lasts until it is [committed](DatabaseHandle::commit) or
    /// [rolled back](DatabaseHandle::roll_back), and is rolled back when the lease ends.
    ///
    /// # Errors
    ///
    /// Returns [`Error::NotLeased`] if it is not called through a lease, [`Error::InTransaction`] if a
    /// transaction is open, and [`Error::Busy`] if the lock was not available within the busy timeout.
    ///
    /// # Cancel safety
    ///
    /// If the caller is dropped before it reads the reply, the transaction is rolled back.
    #[cancel_safe(undelivered = end_unread)]
    pub fn begin(&mut self, context: &Context<Self>) -> Result<()> {
        // Without a lease, requests of other callers would become part of the transaction.
        if !context.is_leased() {
            return Err(Error::NotLeased);
        }
        self.store.begin()
    }

    fn end_unread(&mut self, begun: Result<()>) {
        if begun.is_ok() {
            self.store.roll_back();
        }
    }

    /// Commits the transaction.
    pub fn commit(&mut self) -> Result<()> {
        self.store.commit()
    }

    /// Rolls the transaction back. Dropping the lease does the same.
    pub fn roll_back(&mut self) -> Result<()> {
        if self.store.roll_back() { Ok(()) } else { Err(Error::NoTransaction) }
    }

    /// Returns counters of commits and rollbacks.
    pub fn counts(&self) -> Counts {
        self.store.counts()
    }

    #[on_start]
    fn boot(&mut self) -> Result<(), Error> {
        self.store.boot()
    }

    #[on_idle]
    fn commit_group(&mut self) {
        self.store.flush();
    }

    #[on_release]
    fn end_transaction(&mut self) {
        self.store.roll_back();
    }

    #[on_stop]
    fn close_store(&mut self) {
        self.store.close();
    }
}

impl Statement {
    /// Creates a statement with its parameters.
    pub fn new(sql: impl Into<Cow<'static, str>>, values: impl Into<Vec<Value>>) -> Self {
        Self { sql: sql.into(), values: values.into() }
    }
}

fn execute(connection: &Connection, sql: &str, values: Vec<Value>) -> Result<Changed> {
    let rows = connection.prepare_cached(sql)?.execute(params_from_iter(values))?;
    Ok(Changed { rows, last_id: connection.last_insert_rowid() })
}

/// Returns `true` if the statement may share a transaction with other reads. Some pragmas have no effect
/// inside a transaction, so only `SELECT` qualifies.
fn is_select(sql: &str) -> bool {
    let word = sql.split_whitespace().next().unwrap_or_default();
    word.eq_ignore_ascii_case("select")
}

fn query(connection: &Connection, sql: &str, values: Vec<Value>) -> Result<Vec<Row>> {
    let mut statement = connection.prepare_cached(sql)?;
    let columns = statement.column_count();
    let mut rows = statement.query(params_from_iter(values))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push((0..columns).map(|column| row.get(column)).collect::<rusqlite::Result<_>>()?);
    }
    Ok(found)
}
