//! A general-purpose actor that runs SQL text.
//!
//! An application usually defines its own actor around a [`Store`], with one method per operation, as
//! [`bot`](crate::bot) and [`console`](crate::console) do.

use std::{borrow::Cow, path::PathBuf};

use actor_runtime::{Context, Replies, Reply, actor};
use rusqlite::{params_from_iter, types::Value};

use crate::{
    error::{Error, Result},
    options::Options,
    sql::{self, Changed, Kind, Row},
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

#[actor(mailbox = 256, local)]
impl Database {
    /// Opens the database.
    ///
    /// # Errors
    ///
    /// See [`Options::open`].
    pub fn open(options: &Options) -> Result<Self> {
        Ok(Self { store: options.open()? })
    }

    /// Executes one statement. Rows that it returns are dropped.
    pub fn execute(&mut self, sql: &str, values: Vec<Value>, changed: Reply<Result<Changed>>) {
        let parameters = params_from_iter(values);
        match self.store.kind(sql) {
            Ok(Kind::Reads) => self.store.read(changed, |c| sql::execute(c, sql, parameters)),
            Ok(Kind::Writes) => self.store.execute(changed, sql, parameters),
            Ok(Kind::Apart) => self.store.apart(changed, |c| sql::execute(c, sql, parameters)),
            Ok(Kind::Vacuum) => self.store.vacuum(changed, |c| sql::execute(c, sql, parameters)),
            Err(error) => self.store.refuse(changed, error),
        }
    }

    /// Executes one statement, and returns its rows.
    ///
    /// Their number and size are bounded by [`Options::max_result`]; use [`rows`](DatabaseHandle::rows) for more.
    ///
    /// If a row cannot be read, such as text that is not UTF-8, what the statement has changed is rolled back.
    pub fn query(&mut self, sql: &str, values: Vec<Value>, rows: Reply<Result<Vec<Row>>>) {
        let limit = self.store.max_result();
        let run = |connection: &_| sql::query(connection, sql, params_from_iter(values), limit);
        match self.store.kind(sql) {
            Ok(Kind::Reads) => self.store.read(rows, run),
            Ok(Kind::Writes) => self.store.write(rows, run),
            Ok(Kind::Apart) => self.store.apart(rows, run),
            Ok(Kind::Vacuum) => self.store.vacuum(rows, run),
            Err(error) => self.store.refuse(rows, error),
        }
    }

    /// Executes one statement that reads, and streams its rows.
    ///
    /// The rows are read as the stream has room, so the memory that it takes does not depend on their number. All of
    /// them are of the moment at which the statement begins. Other requests wait until the last row was read or the
    /// stream was dropped.
    pub async fn rows(&mut self, sql: &str, values: Vec<Value>, rows: Replies<Result<Row>>) {
        self.store.stream(rows, sql, params_from_iter(values), sql::values).await;
    }

    /// Writes a copy of the database to a new file at `path`. See [`Store::backup`].
    pub fn backup(&mut self, path: PathBuf, done: Reply<Result<()>>) {
        self.store.backup(done, &path);
    }

    /// Executes several statements atomically.
    pub fn transaction(
        &mut self,
        statements: Vec<Statement>,
        changed: Reply<Result<Vec<Changed>>>,
    ) {
        self.store.write(changed, |connection| {
            let run = |Statement { sql, values }| {
                sql::execute(connection, &sql, params_from_iter(values))
            };
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
    fn boot(&mut self, context: &Context<Self>) -> Result<(), Error> {
        context.time_handlers();
        self.store.boot(context.watch())
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
