//! Readers beside a writer, with one queue of reads.
//!
//! ```text
//! read(..) ──▶ queue ──▶ reader (thread, connection)
//!                   └──▶ reader (thread, connection)      all keep the writer alive
//! writer().execute(..) ─────────────▶ writer (thread, connection)
//! ```
//!
//! The queue is not an actor, so a read costs no message more than a request to the writer. A reader is an actor whose
//! event source is the queue: it takes the next read when it has completed the one before, so it is never given a read
//! while it is busy, and never idle while one waits.

mod queue;
mod reader;
mod rows;

use std::{any::Any, borrow::Cow, fmt, sync::Arc};

use actor_runtime::ActorHandle;
use rusqlite::{Connection, params_from_iter, types::Value};
use tokio::sync::{mpsc, oneshot};

use crate::{
    database::DatabaseHandle,
    error::{Error, Result},
    options::{Check, Options},
    pool::{
        queue::{Asked, Queue},
        reader::ReaderHandle,
    },
    sql::{self, Kind, Row},
};

pub use self::rows::Rows;

/// A handle to a writer and its readers.
///
/// The writer is any actor that writes the database, such as [`Database`](crate::Database). Each reader has a thread and
/// a connection of its own, so reads run in parallel, and beside writes. Reads wait in one queue, and begin in the order
/// in which they were called.
///
/// - A read sees one state of the database, and never uncommitted changes.
/// - A read that is called after a write was acknowledged sees it, whichever handle the write was called through. Statements within a
///   transaction over several requests are seen after its commit.
/// - A read that is called after another one has returned sees no older state.
///
/// The pool is shut down by [`shutdown`](Self::shutdown), or when its last clone is dropped. In both cases the writer
/// ends after the readers, so that it can remove the write-ahead log.
///
/// A write-ahead log grows as long as a read needs the state before it. Therefore bound the time of reads.
///
/// # Examples
///
/// ```
/// use actor_runtime::Builder;
/// use sqlite_actor::{Database, Options, Pool};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> sqlite_actor::Result<()> {
/// # let directory = tempfile::tempdir().expect("a directory");
/// let options = Options::new(directory.path().join("notes.db"), &["CREATE TABLE note (text TEXT) STRICT"]);
/// let file = options.clone();
/// let writer = Builder::new().start_thread(move || Database::open(&file)).await?;
/// let database = Pool::start(writer, &options, 2).await?;
///
/// database.writer().execute("INSERT INTO note VALUES (?1)", vec!["hello".to_owned().into()]).await??;
/// let rows = database.query("SELECT text FROM note", vec![]).await?;
/// assert_eq!(rows, [["hello".to_owned().into()]]);
/// let notes: i64 = database
///     .read(|connection| Ok(connection.query_row("SELECT count(*) FROM note", [], |row| row.get(0))?))
///     .await?;
/// assert_eq!(notes, 1);
/// database.shutdown().await;
/// # Ok(())
/// # }
/// ```
pub struct Pool<W = DatabaseHandle>(Arc<Members<W>>);

struct Members<W> {
    queue: Arc<Queue>,
    readers: Vec<ReaderHandle>,
    writer: W,
    options: Options,
}

impl<W: ActorHandle + Send + Sync> Pool<W> {
    /// Opens `readers` connections to the database of `writer`, each on a new thread.
    ///
    /// `options` are those that the writer was opened with. A reader that panics, or whose connection fails, is replaced,
    /// up to 20 times within a minute.
    ///
    /// # Errors
    ///
    /// Returns [`Error::Boot`] with the path and the cause: [`Error::InMemory`] if the database has no file, and what
    /// [`Options::read_only`] says. Returns [`Error::NoThread`] if a thread could not be spawned.
    ///
    /// # Panics
    ///
    /// Panics if `readers` is 0.
    pub async fn start(writer: W, options: &Options, readers: usize) -> Result<Self> {
        assert!(readers > 0, "a pool has at least one reader");
        // The writer has checked the file.
        let options = options.clone().read_only().check(Check::None);
        let queue = Arc::new(Queue::default());
        let writers: Arc<dyn Any + Send + Sync> = Arc::new(writer.clone());
        let mut started = Vec::new();
        for _ in 0..readers {
            started.push(reader::start(&options, &queue, &writers).await?);
        }
        Ok(Self(Arc::new(Members { queue, readers: started, writer, options })))
    }

    /// Returns the handle of the writer.
    #[must_use]
    pub fn writer(&self) -> &W {
        &self.0.writer
    }

    /// Runs `work` on a reader, in a read transaction, and returns its result.
    ///
    /// # Errors
    ///
    /// Returns the error of `work`, [`Error::Panicked`] if it panics, and [`Error::Closed`] if the pool is closed or all
    /// readers have failed. Then the read was not executed.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped while it waits for a reader, `work` is not called. If it is dropped while `work` runs,
    /// its statements are interrupted, and the reader begins the next read when `work` has returned.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (_asked, answer) = self.ask(work)?;
        answer.await.unwrap_or(Err(NOT_EXECUTED))
    }

    /// Like [`read`](Self::read), for a plain thread.
    ///
    /// # Errors
    ///
    /// See [`read`](Self::read).
    ///
    /// # Panics
    ///
    /// Panics in asynchronous code.
    pub fn read_blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (_asked, answer) = self.ask(work)?;
        answer.blocking_recv().unwrap_or(Err(NOT_EXECUTED))
    }

    /// Executes one statement that reads on a reader, and returns its rows, bounded by [`Options::max_result`].
    ///
    /// # Errors
    ///
    /// See [`read`](Self::read). Returns [`Error::NotForReaders`] for statements that apply to a connection, such as
    /// pragmas, and [`Error::ReadOnly`] for statements that write.
    ///
    /// # Cancel safety
    ///
    /// See [`read`](Self::read).
    pub async fn query(
        &self,
        sql: impl Into<Cow<'static, str>>,
        values: Vec<Value>,
    ) -> Result<Vec<Row>> {
        let (sql, limit) = (sql.into(), self.0.options.max_result);
        self.read(move |connection| {
            check_reads(connection, &sql)?;
            sql::query(connection, &sql, params_from_iter(values), limit)
        })
        .await
    }

    /// Executes one statement that reads on a reader, and streams its rows.
    ///
    /// The reader waits while `buffer` rows are waiting to be read, and is busy until the stream has ended or is dropped.
    ///
    /// # Errors
    ///
    /// The last value of the stream is the error, if there was one. See [`query`](Self::query).
    ///
    /// # Panics
    ///
    /// Panics if `buffer` is 0.
    ///
    /// # Examples
    ///
    /// ```
    /// # async fn print(database: sqlite_actor::Pool) -> sqlite_actor::Result<()> {
    /// let mut rows = database.rows("SELECT text FROM note", vec![], 64);
    /// while let Some(row) = rows.next().await {
    ///     println!("{:?}", row?);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn rows(
        &self,
        sql: impl Into<Cow<'static, str>>,
        values: Vec<Value>,
        buffer: usize,
    ) -> Rows<Row> {
        let sql = sql.into();
        self.stream(buffer, move |connection, send| {
            check_reads(connection, &sql)?;
            let mut statement = connection.prepare(&sql)?;
            let mut found = statement.query(params_from_iter(values))?;
            while let Some(row) = found.next()? {
                if !send(sql::values(row)?) {
                    break;
                }
            }
            Ok(())
        })
    }

    /// Runs `work` on a reader, in a read transaction, and streams what it sends with its second argument.
    ///
    /// That waits while `buffer` values are waiting to be read, and returns `false` if the stream was dropped.
    ///
    /// # Errors
    ///
    /// The last value of the stream is the error, if there was one. See [`read`](Self::read).
    ///
    /// # Panics
    ///
    /// Panics if `buffer` is 0.
    pub fn stream<T: Send + 'static>(
        &self,
        buffer: usize,
        work: impl FnOnce(&Connection, &dyn Fn(T) -> bool) -> Result<()> + Send + 'static,
    ) -> Rows<T> {
        let (sender, rows) = mpsc::channel(buffer);
        let asked =
            self.ask(move |connection| work(connection, &|row| sender.blocking_send(row).is_ok()));
        Rows::new(rows, asked)
    }

    /// Returns the number of reads that wait for a reader.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.0.queue.waiting()
    }

    /// Shuts down the readers and then the writer, and waits until all have ended.
    ///
    /// Further reads are refused from the first poll on. Reads that wait are answered, and so are the requests in the
    /// writer's mailbox.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, the readers end, and the writer ends with its last handle.
    pub async fn shutdown(&self) {
        self.0.queue.close();
        for reader in &self.0.readers {
            reader.close();
        }
        for reader in &self.0.readers {
            reader.exited().await;
        }
        self.0.writer.shutdown().await;
    }

    fn ask<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<(Asked, oneshot::Receiver<Result<T>>)> {
        let (answer, receiver) = oneshot::channel();
        let asked = Queue::push(&self.0.queue, reader::job(work, answer)).ok_or(NOT_EXECUTED)?;
        Ok((asked, receiver))
    }
}

/// Refuses a statement that applies to a connection. Those that write are refused by SQLite.
fn check_reads(connection: &Connection, sql: &str) -> Result<()> {
    match Kind::of(connection, sql)? {
        Kind::Reads | Kind::Writes => Ok(()),
        Kind::Apart | Kind::Vacuum => Err(Error::NotForReaders),
    }
}

const NOT_EXECUTED: Error = Error::Closed { was_accepted: false };

impl<W> Clone for Pool<W> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<W> fmt::Debug for Pool<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (readers, waiting) = (self.0.readers.len(), self.0.queue.waiting());
        f.debug_struct("Pool").field("readers", &readers).field("waiting", &waiting).finish()
    }
}
