//! A database behind an actor, for SQL text: its methods are its messages.
//!
//! An application has an actor of its own, with a method for each thing it does, as
//! [`bot`](crate::bot) and [`console`](crate::console) do. This one is for those who have SQL.

use std::borrow::Cow;

use actor_runtime::{Context, Reply, actor};
use rusqlite::{Connection, params_from_iter, types::Value};

use crate::{
    boot::Options,
    error::{Error, Result},
    store::{Counts, Store},
};

/// A database that runs SQL text.
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

/// A statement and what goes into its parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// One statement of SQL.
    pub sql: Cow<'static, str>,
    /// The values of `?1`, `?2` and so on.
    pub values: Vec<Value>,
}

/// A row: a value for each column.
pub type Row = Vec<Value>;

/// What a statement has changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Changed {
    /// How many rows.
    pub rows: usize,
    /// The id of the row that was inserted last, if ever one was.
    pub last_id: i64,
}

#[actor(mailbox = 256)]
impl Database {
    /// Opens the file.
    ///
    /// # Errors
    ///
    /// See [`Options::open`].
    pub fn open(options: &Options) -> Result<Self> {
        Ok(Self { store: options.open()? })
    }

    /// Runs one statement that changes something.
    pub fn execute(&mut self, sql: &str, values: Vec<Value>, changed: Reply<Result<Changed>>) {
        self.store.write(changed, |connection| execute(connection, sql, values));
    }

    /// Runs one statement that reads, and gives its rows.
    pub fn query(&mut self, sql: &str, values: Vec<Value>, rows: Reply<Result<Vec<Row>>>) {
        if is_select(sql) {
            self.store.read(rows, |connection| query(connection, sql, values));
        } else {
            self.store.read_apart(rows, |connection| query(connection, sql, values));
        }
    }

    /// Runs several statements that change something: all of them count, or none.
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

    /// Begins a transaction, which lasts over several requests: until it is
    /// [committed](DatabaseHandle::commit) or [rolled back](DatabaseHandle::roll_back), and no longer than the
    /// lease through which it was begun.
    ///
    /// # Cancel safety
    ///
    /// A transaction of whose beginning nobody has read is rolled back at once.
    #[cancel_safe(undelivered = end_unread)]
    pub fn begin(&mut self, context: &Context<Self>) -> Result<()> {
        // Anybody else's request would become part of it.
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

    /// Keeps what the transaction has done.
    pub fn commit(&mut self) -> Result<()> {
        self.store.commit()
    }

    /// Undoes what the transaction has done. To drop the lease does the same.
    pub fn roll_back(&mut self) -> Result<()> {
        if self.store.roll_back() { Ok(()) } else { Err(Error::NoTransaction) }
    }

    /// What the database has done.
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
    /// A statement with its values.
    pub fn new(sql: impl Into<Cow<'static, str>>, values: impl Into<Vec<Value>>) -> Self {
        Self { sql: sql.into(), values: values.into() }
    }
}

fn execute(connection: &Connection, sql: &str, values: Vec<Value>) -> Result<Changed> {
    let rows = connection.prepare_cached(sql)?.execute(params_from_iter(values))?;
    Ok(Changed { rows, last_id: connection.last_insert_rowid() })
}

/// Whether it reads rows and does nothing else. A pragma may not do its work inside of a transaction.
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
