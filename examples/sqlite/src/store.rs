//! The connection inside an actor: when transactions begin and end, and when replies are sent.
//!
//! A store does not know the mailbox. It executes each request immediately, in the handler that calls it. Only
//! the *reply* may be held back, until the commit that the request shares with others. Invariants:
//!
//! 1. A write is acknowledged after its commit, and a request that is answered with an error has changed nothing.
//! 2. Groups and transactions are opened only in this file, through [`Control`].
//! 3. If a request fails or panics, its own changes are rolled back, and no others, unless SQLite itself rolls the
//!    whole transaction back. Then nothing of it is stored, and its requests fail.
//! 4. No caller reads data that may still be rolled back for another: the replies of reads also wait for the
//!    commit of the group.
//! 5. Reads share a transaction, and thus a snapshot, only if all of them were sent before it began, that is,
//!    within one [batch](actor_runtime::batch). So a read sees everything that any process committed before it was sent.

mod reading;
mod stream;

use std::{fmt, path::Path, time::Instant};

use actor_runtime::{Reply, Watch};
use rusqlite::{Connection, Params};

use crate::{
    backup, boot,
    control::{Control, Undo, Unit},
    error::{Error, Result},
    interrupt::{Caller, Interrupt},
    options::{GroupCommit, Options, ResultLimit},
    sql::{self, Changed, Kind},
};

/// An open database, for use as the state of an actor.
///
/// Replies may have an error of another type, for example one that can be sent to other processes, if it is made
/// `From` this package's [`Error`].
pub struct Store {
    connection: Connection,
    control: Control,
    interrupt: Interrupt,
    options: Options,
    phase: Phase,
    /// The replies of the current group, in the order of their requests.
    held: Vec<Held>,
    /// When the first reply of the group was held back.
    held_since: Instant,
    counts: Counts,
}

/// Sends a reply, given the outcome of the commit.
type Held = Box<dyn FnOnce(Result<()>) + Send>;

#[derive(Clone, Copy)]
enum Phase {
    /// No transaction is open.
    Alone,
    /// The reads of a batch share a transaction.
    Reading,
    /// The transaction of a group is open. It is committed before the group's replies are sent.
    Group,
    /// A transaction over several requests is open.
    Transaction,
}

/// Counters of a store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// The number of committed write transactions, including groups.
    pub commits: u64,
    /// The number of requests that were part of a committed group.
    pub grouped: u64,
    /// The largest number of requests in a committed group.
    pub largest_group: usize,
    /// The number of transactions and groups that were rolled back.
    pub rolled_back: u64,
}

impl Options {
    /// Opens the file and applies the settings.
    ///
    /// Call this in the actor's constructor, and [`Store::boot`] in its `#[on_start]`.
    ///
    /// # Errors
    ///
    /// Returns [`Error::Boot`] with the path and the cause.
    pub fn open(&self) -> Result<Store> {
        let connection = boot::connect(self).map_err(|error| error.at_boot(&self.path))?;
        Ok(Store {
            connection,
            control: Control::new(),
            interrupt: Interrupt::default(),
            options: self.clone(),
            phase: Phase::Alone,
            held: Vec::new(),
            held_since: Instant::now(),
            counts: Counts::default(),
        })
    }
}

impl Store {
    /// Takes control of the transactions, migrates the schema and checks the file.
    ///
    /// From then on, SQL text cannot begin or end a transaction. Call this in `#[on_start]`, with
    /// [`Context::watch`](actor_runtime::Context::watch): if the actor is aborted, the statement that runs is
    /// interrupted.
    ///
    /// # Errors
    ///
    /// Returns [`Error::Boot`] with the path and the cause if the migration or the check fails.
    pub fn boot(&mut self, aborted: Watch) -> Result<()> {
        self.take_control(aborted).map_err(|error| error.at_boot(&self.options.path))
    }

    fn take_control(&mut self, aborted: Watch) -> Result<()> {
        self.control.install(&mut self.connection)?;
        self.interrupt.install(&mut self.connection, aborted)?;
        boot::prepare(&self.options, &self.connection, &self.control)
    }

    /// Runs `work`, which reads, and sends its result to `reply`.
    ///
    /// Reads of the same [batch](actor_runtime::batch) share a transaction, which saves taking the file locks for each. Use
    /// [`apart`](Self::apart) for statements that do not work inside a transaction.
    ///
    /// If the caller is gone or its timeout elapses, the statement that runs is interrupted.
    ///
    /// If `work` changes rows, they are rolled back, with the group or the transaction over several requests that is
    /// open, and the request fails with [`Error::WriteInRead`].
    pub fn read<T: Send, E: From<Error> + Send>(
        &mut self,
        reply: Reply<Result<T, E>>,
        work: impl FnOnce(&Connection) -> Result<T>,
    ) {
        let outcome = self.open_reading().and_then(|()| self.whole());
        let outcome = outcome.and_then(|()| {
            let _wanted = self.interrupt.unless(Caller::Reply(reply.watch()));
            self.read_only(work)
        });
        self.answer(reply, outcome);
    }

    /// Runs `work` with each statement on its own, outside of transactions, and sends its result to `reply`.
    ///
    /// Use this for pragmas and the like. An open group is committed first. Within a transaction over several
    /// requests, the statements are part of it.
    pub fn apart<T: Send, E: From<Error> + Send>(
        &mut self,
        reply: Reply<Result<T, E>>,
        work: impl FnOnce(&Connection) -> Result<T>,
    ) {
        let outcome = self.run_apart(false, work);
        self.answer(reply, outcome);
    }

    /// Executes one statement, which may write, and sends its effect to `reply`.
    ///
    /// Within a group, this costs less than [`write`](Self::write), which needs a savepoint.
    pub fn execute<T: From<Changed> + Send, E: From<Error> + Send>(
        &mut self,
        reply: Reply<Result<T, E>>,
        sql: &str,
        parameters: impl Params,
    ) {
        let outcome = self.execute_one(sql, parameters);
        self.answer(reply, outcome);
    }

    /// Returns how a statement must be run.
    pub(crate) fn kind(&self, sql: &str) -> Result<Kind> {
        Kind::of(&self.connection, sql)
    }

    /// Returns the bounds for the rows of a query.
    pub(crate) fn max_result(&self) -> ResultLimit {
        self.options.max_result
    }

    /// Sends an error to `reply`.
    pub(crate) fn refuse<T: Send>(&mut self, reply: Reply<Result<T>>, error: Error) {
        self.answer(reply, Err(error));
    }

    /// Runs `work`, which executes a `VACUUM` statement, and sends its result to `reply`.
    pub(crate) fn vacuum<T: Send>(
        &mut self,
        reply: Reply<Result<T>>,
        work: impl FnOnce(&Connection) -> Result<T>,
    ) {
        let outcome = self.run_apart(true, work);
        self.answer(reply, outcome);
    }

    /// Writes a copy of the database to a new file, and sends the outcome to `reply`.
    ///
    /// The copy is complete, consistent and compact, and is on disk when the reply is sent. It is written under
    /// another name, with `.partial` appended, and renamed at the end, so that a crash leaves no incomplete copy under
    /// `path`. An open group is committed first.
    ///
    /// # Errors
    ///
    /// The reply is [`Error::InTransaction`] within a transaction over several requests, and [`Error::Backup`] if the
    /// file exists or cannot be written.
    pub fn backup(&mut self, reply: Reply<Result<()>>, path: &Path) {
        let outcome = if matches!(self.phase, Phase::Transaction) {
            Err(Error::InTransaction)
        } else {
            self.run_apart(true, |connection| backup::write(connection, path))
        };
        self.answer(reply, outcome);
    }

    /// Runs `work` atomically and sends its result to `reply`.
    ///
    /// If `work` returns an error or panics, all of its changes are rolled back.
    pub fn write<T: Send, E: From<Error> + Send>(
        &mut self,
        reply: Reply<Result<T, E>>,
        work: impl FnOnce(&Connection) -> Result<T>,
    ) {
        let outcome = self.apply(work);
        self.answer(reply, outcome);
    }

    /// Like [`write`](Self::write), but without a reply.
    ///
    /// With group commit, the changes are committed later, with the group.
    ///
    /// # Errors
    ///
    /// Returns the error of `work`, or of beginning or committing the transaction.
    pub fn apply<T>(&mut self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        self.open_group()?;
        match self.phase {
            // `open_group` has ended `Reading`.
            Phase::Alone | Phase::Reading => {
                let outcome = self.control.atomically(&self.connection, Unit::Transaction, work);
                self.counts.commits += u64::from(outcome.is_ok());
                self.counts.rolled_back += u64::from(outcome.is_err());
                outcome
            }
            Phase::Group | Phase::Transaction => {
                self.control.atomically(&self.connection, Unit::Savepoint, work)
            }
        }
    }

    /// Begins a transaction that spans several requests, until [`commit`](Self::commit) or
    /// [`roll_back`](Self::roll_back).
    ///
    /// All requests in the meantime are part of the transaction. Therefore call this only for a caller that
    /// holds a lease, and call `roll_back` in `#[on_release]`.
    ///
    /// # Errors
    ///
    /// Returns [`Error::InTransaction`] if a transaction is open, and [`Error::Busy`] if the lock was not
    /// available within the busy timeout.
    pub fn begin(&mut self) -> Result<()> {
        self.flush();
        if matches!(self.phase, Phase::Transaction) {
            return Err(Error::InTransaction);
        }
        self.control.begin(&self.connection, Unit::Transaction)?;
        self.phase = Phase::Transaction;
        Ok(())
    }

    /// Commits the transaction that [`begin`](Self::begin) opened.
    ///
    /// # Errors
    ///
    /// Returns [`Error::NoTransaction`] if no transaction is open, and [`Error::RolledBack`] if SQLite has rolled
    /// it back. If the commit fails, the transaction is rolled back.
    pub fn commit(&mut self) -> Result<()> {
        if !matches!(self.phase, Phase::Transaction) {
            return Err(Error::NoTransaction);
        }
        let outcome = self.whole().and_then(|()| self.end_transaction());
        self.phase = Phase::Alone;
        outcome
    }

    /// Rolls back the transaction that [`begin`](Self::begin) opened. Returns `true` if there was one.
    pub fn roll_back(&mut self) -> bool {
        let is_open = matches!(self.phase, Phase::Transaction);
        if is_open {
            self.control.undo(&self.connection, Unit::Transaction);
            self.phase = Phase::Alone;
            self.counts.rolled_back += 1;
        }
        is_open
    }

    /// Commits the open group, if any, and sends its replies. Ends the transaction that reads share.
    ///
    /// Call this in `#[on_idle]`.
    pub fn flush(&mut self) {
        let mut outcome = self.end_reading();
        if matches!(self.phase, Phase::Group) {
            outcome = self.whole().and_then(|()| self.end_transaction());
            self.phase = Phase::Alone;
            if outcome.is_ok() {
                self.counts.grouped += self.held.len() as u64;
                self.counts.largest_group = self.counts.largest_group.max(self.held.len());
            }
        }
        for give in self.held.drain(..) {
            give(outcome.clone());
        }
    }

    /// Commits the open group, rolls back an open transaction, and runs `PRAGMA optimize`.
    ///
    /// Call this in `#[on_stop]`. The connection is closed when the store is dropped.
    pub fn close(&mut self) {
        self.flush();
        self.roll_back();
        if self.options.is_read_only {
            return;
        }
        if let Err(error) = self.connection.execute_batch("PRAGMA optimize") {
            tracing::warn!(%error, "`PRAGMA optimize` failed while closing the database");
        }
    }

    /// Returns the counters of the store.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// Opens a group if group commit is enabled and nothing is open.
    fn open_group(&mut self) -> Result<()> {
        self.end_reading()?;
        if matches!(self.phase, Phase::Alone) && self.options.group_commit.is_some() {
            self.control.begin(&self.connection, Unit::Transaction)?;
            self.phase = Phase::Group;
        }
        self.whole()
    }

    fn run_apart<T>(
        &mut self,
        may_control: bool,
        work: impl FnOnce(&Connection) -> Result<T>,
    ) -> Result<T> {
        if matches!(self.phase, Phase::Transaction) {
            self.whole()?;
            return work(&self.connection);
        }
        self.flush();
        self.control.one_by_one(may_control, || work(&self.connection))
    }

    fn execute_one<T: From<Changed>>(&mut self, sql: &str, parameters: impl Params) -> Result<T> {
        self.open_group()?;
        if !matches!(self.phase, Phase::Group) {
            return self.apply(|connection| sql::execute(connection, sql, parameters).map(T::from));
        }
        let before = self.connection.total_changes();
        let undo =
            Undo { control: &self.control, connection: &self.connection, unit: Unit::Transaction };
        let outcome = sql::execute(&self.connection, sql, parameters).map(T::from);
        // A statement that fails has undone its changes, except with OR FAIL and RAISE(FAIL). Without a savepoint, only
        // the whole group can undo these.
        if outcome.is_ok() || self.connection.total_changes() == before {
            std::mem::forget(undo);
        }
        outcome
    }

    /// Sends the reply, or holds it back until the group is committed.
    fn answer<T: Send, E: From<Error> + Send>(
        &mut self,
        reply: Reply<Result<T, E>>,
        outcome: Result<T>,
    ) {
        let group_commit = match self.phase {
            Phase::Alone | Phase::Group => self.options.group_commit,
            Phase::Reading | Phase::Transaction => None,
        };
        let Some(GroupCommit { max_requests, max_age }) = group_commit else {
            reply.send(outcome.map_err(E::from));
            return;
        };
        if self.held.is_empty() {
            self.held_since = Instant::now();
        }
        // The request's own error takes precedence over that of the commit.
        self.held.push(Box::new(move |committed| {
            reply.send(outcome.and_then(|value| committed.map(|()| value)).map_err(E::from));
        }));
        let is_full = self.held.len() >= max_requests || self.held_since.elapsed() >= max_age;
        // A group that SQLite has rolled back must be flushed, too.
        if is_full || self.whole().is_err() {
            self.flush();
        }
    }

    /// Checks that the open group or transaction still exists. Some errors, such as a full disk, make SQLite
    /// roll the whole transaction back; later statements would then be committed without the earlier ones.
    fn whole(&self) -> Result<()> {
        match self.phase {
            Phase::Alone | Phase::Reading => Ok(()),
            Phase::Group | Phase::Transaction if self.connection.is_autocommit() => {
                Err(Error::RolledBack)
            }
            Phase::Group | Phase::Transaction => Ok(()),
        }
    }

    fn end_transaction(&mut self) -> Result<()> {
        let outcome = self.control.keep(&self.connection, Unit::Transaction);
        match outcome {
            Ok(()) => self.counts.commits += 1,
            Err(_) => {
                self.control.undo(&self.connection, Unit::Transaction);
                self.counts.rolled_back += 1;
            }
        }
        outcome
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("counts", &self.counts).finish_non_exhaustive()
    }
}
