//! What a database is opened with.

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use rusqlite::Connection;

use crate::error::Result;

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
    pub(crate) path: PathBuf,
    pub(crate) schema: Vec<Step>,
    pub(crate) busy_timeout: Duration,
    pub(crate) check: Check,
    pub(crate) group_commit: Option<GroupCommit>,
    pub(crate) max_result: ResultLimit,
    pub(crate) is_in_memory: bool,
    pub(crate) is_read_only: bool,
    pub(crate) configure: Vec<Configure>,
}

/// Bounds for the rows that a query returns in one reply.
///
/// A query that finds more fails with [`Error::TooLarge`](crate::Error::TooLarge), and the memory of what it found is
/// freed. Use a stream ([`Database::rows`](crate::Database::rows)) for results of any size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResultLimit {
    /// The maximum number of rows.
    pub rows: usize,
    /// The maximum size of all values in memory, in bytes.
    pub bytes: usize,
}

impl Default for ResultLimit {
    /// A million rows, and 256 MiB.
    fn default() -> Self {
        Self { rows: 1_000_000, bytes: 256 << 20 }
    }
}

/// Configures a connection.
#[derive(Clone)]
pub(crate) struct Configure(pub(crate) Arc<ConfigureFunction>);

type ConfigureFunction = dyn Fn(&mut Connection) -> Result<()> + Send + Sync;

impl fmt::Debug for Configure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Configure").finish_non_exhaustive()
    }
}

/// One step of a schema migration: SQL text, or a function.
///
/// A step runs in a transaction, with foreign keys off, so that it can replace a table that others refer to
/// without deleting their rows. All foreign keys are checked before the commit. A step cannot begin or end a
/// transaction.
///
/// # Examples
///
/// ```
/// use sqlite_actor::{Options, Step};
///
/// let options = Options::new(
///     "names.db",
///     [
///         Step::sql("CREATE TABLE person (name TEXT NOT NULL) STRICT"),
///         Step::run(|connection| {
///             let mut insert = connection.prepare("INSERT INTO person VALUES (?1)")?;
///             for name in ["Ada", "Grace"] {
///                 insert.execute([name])?;
///             }
///             Ok(())
///         }),
///     ],
/// );
/// ```
#[derive(Clone)]
pub struct Step(pub(crate) StepKind);

#[derive(Clone)]
pub(crate) enum StepKind {
    Sql(&'static str),
    Run(Arc<Function>),
}

/// The function of a step.
type Function = dyn Fn(&Connection) -> Result<()> + Send + Sync;

/// How thoroughly the file is checked when it is opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Check {
    /// Runs `PRAGMA integrity_check`, which also compares indexes to tables, and checks all foreign keys. This
    /// reads the whole file, and looks up each reference.
    #[default]
    Full,
    /// Runs `PRAGMA quick_check`, which reads the whole file but compares no indexes. Foreign keys are not
    /// checked.
    Quick,
    /// Checks nothing but the header. Opening takes the same time whatever the size of the file.
    None,
}

/// Limits for group commit: several requests share one transaction and one commit.
///
/// A commit costs several times as much as a small write. With group commit, each request is executed
/// immediately, and its reply is held back until the mailbox is empty or the group reaches one of these limits.
/// Then one commit covers all writes of the group. As without groups, a write is acknowledged after its commit.
/// The actor must call [`Store::flush`](crate::Store::flush) in its `#[on_idle]`.
///
/// Group commit has costs:
///
/// - A reply may wait for requests that were sent after it, so a slow request delays others.
/// - If the commit itself fails (a full disk, a deferred foreign key), the whole group fails.
/// - If SQLite rolls the transaction back (`INSERT OR ROLLBACK`, `RAISE(ROLLBACK)`, a full disk), the requests of
///   the group that were executed before fail with [`Error::RolledBack`](crate::Error::RolledBack). Nothing of
///   them is stored, so they can be sent again.
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

impl Step {
    /// Creates a step that executes SQL text of any number of statements.
    #[must_use]
    pub fn sql(text: &'static str) -> Self {
        Self(StepKind::Sql(text))
    }

    /// Creates a step that runs a function.
    #[must_use]
    pub fn run(step: impl Fn(&Connection) -> Result<()> + Send + Sync + 'static) -> Self {
        Self(StepKind::Run(Arc::new(step)))
    }
}

impl From<&'static str> for Step {
    fn from(text: &'static str) -> Self {
        Self::sql(text)
    }
}

impl From<&&'static str> for Step {
    fn from(text: &&'static str) -> Self {
        Self::sql(text)
    }
}

impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            StepKind::Sql(text) => f.debug_tuple("Step").field(&text).finish(),
            StepKind::Run(_) => f.debug_tuple("Step").finish_non_exhaustive(),
        }
    }
}

impl Options {
    /// Creates options for the database at `path`, with the migration steps of its schema.
    ///
    /// Step *n* brings `user_version` from *n* - 1 to *n*. Do not change a step after it was released; add a new
    /// one. A schema that consists of SQL text only can be given as a slice of texts.
    pub fn new<S: Into<Step>>(
        path: impl Into<PathBuf>,
        schema: impl IntoIterator<Item = S>,
    ) -> Self {
        Self {
            path: path.into(),
            schema: schema.into_iter().map(Into::into).collect(),
            busy_timeout: Duration::from_secs(5),
            check: Check::default(),
            group_commit: None,
            max_result: ResultLimit::default(),
            is_in_memory: false,
            is_read_only: false,
            configure: Vec::new(),
        }
    }

    /// Creates options for a database in memory, which belongs to one actor and is gone when that ends.
    ///
    /// It has no write-ahead log, since there is no file and no other connection.
    pub fn in_memory<S: Into<Step>>(schema: impl IntoIterator<Item = S>) -> Self {
        Self { is_in_memory: true, ..Self::new(":memory:", schema) }
    }

    /// Opens the database for reading only.
    ///
    /// The file must exist, and its schema must have the version of this program, because it is not migrated. Group
    /// commit is disabled. Every statement that writes, also to a temporary table, fails with
    /// [`Error::ReadOnly`](crate::Error::ReadOnly).
    ///
    /// A [`Pool`](crate::Pool) opens its readers with this option.
    pub fn read_only(self) -> Self {
        Self { is_read_only: true, group_commit: None, ..self }
    }

    /// Adds a function that configures the connection when it is opened, after the settings and before the schema
    /// steps.
    ///
    /// It may add functions and collations, set limits, or change settings. The authorizer, the commit hook and the
    /// progress handler are the store's, and replace others.
    ///
    /// # Examples
    ///
    /// ```
    /// use sqlite_actor::Options;
    ///
    /// let options = Options::new("bot.db", &["CREATE TABLE user (name TEXT COLLATE reverse) STRICT"])
    ///     .configure(|connection| Ok(connection.create_collation("reverse", |a, b| b.cmp(a))?));
    /// ```
    pub fn configure(
        mut self,
        configure: impl Fn(&mut Connection) -> Result<()> + Send + Sync + 'static,
    ) -> Self {
        self.configure.push(Configure(Arc::new(configure)));
        self
    }

    /// Sets bounds for the rows that a query returns in one reply. See [`ResultLimit`] for the default.
    pub fn max_result(self, max_result: ResultLimit) -> Self {
        Self { max_result, ..self }
    }

    /// Sets how long a request waits for a lock that another connection holds, before it fails with
    /// [`Error::Busy`](crate::Error::Busy). The default is five seconds.
    ///
    /// SQLite counts in milliseconds, up to 24 days: a fraction of a millisecond is rounded up, and a longer
    /// time is reduced to that.
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
}
