//! The connection inside an actor: when transactions begin and end, and when replies are sent.
//!
//! A store does not know the mailbox. It executes each request immediately, in the handler that calls it. Only
//! the *reply* may be held back, until the commit that the request shares with others. Invariants:
//!
//! 1. A write is acknowledged after its commit.
//! 2. Groups and transactions are opened only in this file. SQL text cannot begin or end a transaction: the
//!    authorizer refuses it.
//! 3. If a request fails or panics, its own changes are rolled back, and no others. ([`Store::write`] relies on
//!    the atomicity of a single statement.)
//! 4. No caller reads data that may still be rolled back for another: the replies of reads also wait for the
//!    commit of the group.
//! 5. Reads share a transaction, and thus a snapshot, only if all of them were sent before it began, that is,
//!    within one [batch]. So a read sees everything that any process committed before it was sent. A
//!    read that writes after all ends the shared transaction.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

use actor_runtime::{Reply, batch};
use rusqlite::{
    Connection, TransactionState,
    hooks::{AuthAction, AuthContext, Authorization},
};

use crate::{
    boot::{GroupCommit, Options},
    error::{Error, Result},
};

/// An open database, for use as the state of an actor.
pub struct Store {
    connection: Connection,
    /// Whether the authorizer allows transaction control. Set only by [`Store::control`].
    is_control: Arc<AtomicBool>,
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

/// The statements that begin, commit and roll back an atomic unit of work.
///
/// The SQL comments make these texts unique. Statements are cached by their text, so the same text from a caller
/// would find a statement that is already authorized.
struct Brackets {
    begin: &'static str,
    keep: &'static str,
    undo: &'static [&'static str],
}

const TRANSACTION: Brackets = Brackets {
    // Takes the write lock at the beginning, where the busy timeout applies. A transaction that reads first and
    // then writes fails immediately if another connection wrote in between.
    begin: "BEGIN IMMEDIATE -- store",
    keep: "COMMIT -- store",
    undo: &["ROLLBACK -- store"],
};

/// Begins the transaction that reads share.
const READ: &str = "BEGIN DEFERRED -- store";

/// The number of virtual machine instructions between calls of the progress handler.
const PROGRESS_INTERVAL: i32 = 1_000;

const SAVEPOINT: Brackets = Brackets {
    begin: "SAVEPOINT request -- store",
    keep: "RELEASE request -- store",
    undo: &["ROLLBACK TO request -- store", "RELEASE request -- store"],
};

impl Store {
    pub(crate) fn new(connection: Connection, options: Options) -> Self {
        Self {
            connection,
            is_control: Arc::default(),
            options,
            phase: Phase::Alone,
            held: Vec::new(),
            held_since: Instant::now(),
            counts: Counts::default(),
        }
    }

    /// Migrates the schema, checks the file, and installs the authorizer that refuses transaction control in SQL
    /// text.
    ///
    /// Call this in `#[on_start]`.
    ///
    /// # Errors
    ///
    /// Returns [`Error::Boot`] with the path and the cause if the migration or the check fails.
    pub fn boot(&mut self) -> Result<()> {
        self.options.prepare(&mut self.connection)?;
        let is_allowed = self.is_control.clone();
        self.connection.authorizer(Some(move |context: AuthContext<'_>| match context.action {
            AuthAction::Transaction { .. } | AuthAction::Savepoint { .. }
                if !is_allowed.load(Ordering::Relaxed) =>
            {
                Authorization::Deny
            }
            _ => Authorization::Allow,
        }))?;
        // Callers that already have a reply should not wait for a slow statement.
        self.connection.progress_handler(
            PROGRESS_INTERVAL,
            Some(|| {
                batch::wake_callers();
                false
            }),
        )?;
        Ok(())
    }

    /// Runs `work`, which reads, and sends its result to `reply`.
    ///
    /// Reads of the same [batch] share a transaction, which saves taking the file locks for each. Use
    /// [`read_apart`](Self::read_apart) for statements that do not work inside a transaction.
    pub fn read<T: Send>(
        &mut self,
        reply: Reply<Result<T>>,
        work: impl FnOnce(&Connection) -> Result<T>,
    ) {
        let outcome = self.open_reading().and_then(|()| self.whole());
        let outcome = outcome.and_then(|()| work(&self.connection));
        let outcome = self.keep_written(outcome);
        self.answer(reply, outcome);
    }

    /// Like [`read`](Self::read), but outside the shared transaction. Use this for pragmas.
    ///
    /// An open group or transaction remains open.
    pub fn read_apart<T: Send>(
        &mut self,
        reply: Reply<Result<T>>,
        work: impl FnOnce(&Connection) -> Result<T>,
    ) {
        let outcome = self.end_reading().and_then(|()| self.whole());
        let outcome = outcome.and_then(|()| work(&self.connection));
        self.answer(reply, outcome);
    }

    /// Runs `work`, which writes with *one* statement, and sends its result to `reply`.
    ///
    /// SQLite executes a single statement atomically. For several statements use
    /// [`transaction`](Self::transaction), which costs a little more.
    pub fn write<T: Send>(
        &mut self,
        reply: Reply<Result<T>>,
        work: impl FnOnce(&Connection) -> Result<T>,
    ) {
        let outcome = self.open_group().and_then(|()| work(&self.connection));
        if matches!(self.phase, Phase::Alone) {
            self.counts.commits += u64::from(outcome.is_ok());
        }
        self.answer(reply, outcome);
    }

    /// Runs `work` atomically and sends its result to `reply`.
    ///
    /// If `work` returns an error or panics, all of its changes are rolled back.
    pub fn transaction<T: Send>(
        &mut self,
        reply: Reply<Result<T>>,
        work: impl FnOnce(&Connection) -> Result<T>,
    ) {
        let outcome = self.apply(work);
        self.answer(reply, outcome);
    }

    /// Like [`transaction`](Self::transaction), but without a reply.
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
                let outcome = self.bracketed(&TRANSACTION, work);
                self.counts.commits += u64::from(outcome.is_ok());
                self.counts.rolled_back += u64::from(outcome.is_err());
                outcome
            }
            Phase::Group | Phase::Transaction => self.bracketed(&SAVEPOINT, work),
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
        self.control(TRANSACTION.begin)?;
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
            self.undo(&TRANSACTION);
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
            self.control(TRANSACTION.begin)?;
            self.phase = Phase::Group;
        }
        self.whole()
    }

    /// Begins the transaction that reads share, if more messages of this batch follow.
    fn open_reading(&mut self) -> Result<()> {
        if matches!(self.phase, Phase::Reading) && self.connection.is_autocommit() {
            // SQLite has rolled it back after an error.
            self.phase = Phase::Alone;
        }
        if matches!(self.phase, Phase::Alone) && batch::left() > 0 {
            self.control(READ)?;
            self.phase = Phase::Reading;
        }
        Ok(())
    }

    /// Ends the transaction that reads share, and wakes their callers, because the next request may take longer.
    fn end_reading(&mut self) -> Result<()> {
        if !matches!(self.phase, Phase::Reading) {
            return Ok(());
        }
        self.phase = Phase::Alone;
        batch::wake_callers();
        if self.connection.is_autocommit() {
            return Ok(());
        }
        let outcome = self.control(TRANSACTION.keep);
        if outcome.is_err() {
            self.undo(&TRANSACTION);
        }
        outcome
    }

    /// Commits the shared transaction if a read has written, such as `INSERT … RETURNING`.
    fn keep_written<T>(&mut self, outcome: Result<T>) -> Result<T> {
        let state = self.connection.transaction_state(None::<&str>);
        if matches!((self.phase, state), (Phase::Reading, Ok(TransactionState::Write))) {
            self.end_reading()?;
        }
        outcome
    }

    /// Sends the reply, or holds it back until the group is committed.
    fn answer<T: Send>(&mut self, reply: Reply<Result<T>>, outcome: Result<T>) {
        let group_commit = match self.phase {
            Phase::Alone | Phase::Group => self.options.group_commit,
            Phase::Reading | Phase::Transaction => None,
        };
        let Some(GroupCommit { max_requests, max_age }) = group_commit else {
            reply.send(outcome);
            return;
        };
        if self.held.is_empty() {
            self.held_since = Instant::now();
        }
        // The request's own error takes precedence over that of the commit.
        self.held.push(Box::new(move |committed| {
            reply.send(outcome.and_then(|value| committed.map(|()| value)));
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
        let outcome = self.control(TRANSACTION.keep);
        match outcome {
            Ok(()) => self.counts.commits += 1,
            Err(_) => {
                self.undo(&TRANSACTION);
                self.counts.rolled_back += 1;
            }
        }
        outcome
    }

    /// Runs `work` atomically, also if it panics.
    fn bracketed<T>(
        &self,
        brackets: &Brackets,
        work: impl FnOnce(&Connection) -> Result<T>,
    ) -> Result<T> {
        struct Undo<'a> {
            store: &'a Store,
            brackets: &'a Brackets,
            is_kept: bool,
        }
        impl Drop for Undo<'_> {
            fn drop(&mut self) {
                if !self.is_kept {
                    self.store.undo(self.brackets);
                }
            }
        }
        self.control(brackets.begin)?;
        let mut undo = Undo { store: self, brackets, is_kept: false };
        let value = work(&self.connection)?;
        self.control(brackets.keep)?;
        undo.is_kept = true;
        Ok(value)
    }

    /// Rolls back, unless SQLite has already done so.
    fn undo(&self, brackets: &Brackets) {
        if self.connection.is_autocommit() {
            return;
        }
        for text in brackets.undo {
            if let Err(error) = self.control(text) {
                tracing::error!(%error, "could not roll back a transaction");
            }
        }
    }

    /// Executes a statement that begins or ends a transaction.
    fn control(&self, text: &'static str) -> Result<()> {
        self.is_control.store(true, Ordering::Relaxed);
        let outcome = self.connection.prepare_cached(text).and_then(|mut statement| {
            statement.execute([])?;
            Ok(())
        });
        self.is_control.store(false, Ordering::Relaxed);
        Ok(outcome?)
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("counts", &self.counts).finish_non_exhaustive()
    }
}
