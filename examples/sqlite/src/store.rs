//! The connection as an actor holds it: who may begin and end a transaction, and when an answer is given.
//!
//! A store is plain data with plain methods: it knows of no mailbox. What it is asked to do it does at
//! once, inside of the handler that asks. Only the *answer* may have to wait, for those of others with
//! which it shares a commit. Invariants:
//!
//! 1. An answer that says *done* is given after the commit that makes it so.
//! 2. Whatever is open (a group, a transaction) was opened here. SQL text cannot begin or end a
//!    transaction: the authorizer refuses it.
//! 3. What one request did is undone if that request fails or panics, and nothing else is.
//! 4. Nothing is read by one caller that may yet be undone for another: the answers of reads wait
//!    for the group's commit too.
//! 5. Reads share a transaction, and so what they see of the file, only if all of them had been asked for
//!    when it began: they are of one [batch]. So a read sees all that was committed before it was asked
//!    for, by whatever process. Nothing that is written stays in it.

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

/// A database that is open: what an actor that works on one keeps as its state.
pub struct Store {
    connection: Connection,
    /// Whether a transaction may be begun or ended right now: set by this file alone.
    is_control: Arc<AtomicBool>,
    options: Options,
    phase: Phase,
    /// The answers that are given together, in the order of their requests. None if nothing is grouped.
    held: Vec<Held>,
    /// When the first of them was.
    held_since: Instant,
    counts: Counts,
}

/// Gives an answer, once it is known what became of the commit.
type Held = Box<dyn FnOnce(Result<()>) + Send>;

#[derive(Clone, Copy)]
enum Phase {
    /// Each statement is its own transaction.
    Alone,
    /// The reads of a batch share a transaction.
    Reading,
    /// A group has written, and is committed when its answers are given.
    Group,
    /// Somebody began a transaction, and has not ended it.
    Transaction,
}

/// What a store has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Transactions that were committed to have something written, groups included.
    pub commits: u64,
    /// Requests that were served by the commit of a group.
    pub grouped: u64,
    /// The most requests that were served by one commit.
    pub largest_group: usize,
    /// Transactions and groups that were rolled back.
    pub rolled_back: u64,
}

/// How something that is done in whole or not at all is begun, kept and undone.
///
/// The comments make these texts differ from what anybody else writes. A statement is cached by its
/// text, so the same text from elsewhere would find one that has been authorized already.
struct Brackets {
    begin: &'static str,
    keep: &'static str,
    undo: &'static [&'static str],
}

const TRANSACTION: Brackets = Brackets {
    // The lock is taken now, where it can be waited for. A transaction that reads first and then
    // wants to write cannot wait if another connection wrote in between.
    begin: "BEGIN IMMEDIATE -- store",
    keep: "COMMIT -- store",
    undo: &["ROLLBACK -- store"],
};

/// Begins what reads share. It ends as a transaction does.
const READ: &str = "BEGIN DEFERRED -- store";

/// After so many steps of SQLite's machine, a statement is one that takes long.
const MANY_STEPS: i32 = 1_000;

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

    /// Brings the schema up to date, looks at what is in the file, and from then on refuses SQL text that
    /// begins or ends a transaction. For `#[on_start]`.
    ///
    /// # Errors
    ///
    /// [`Error::Boot`], with the file and what is wrong with it.
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
        // Those who were answered before it do not wait for a statement that takes long.
        self.connection.progress_handler(
            MANY_STEPS,
            Some(|| {
                batch::wake_callers();
                false
            }),
        )?;
        Ok(())
    }

    /// Reads: `work` runs at once, and `reply` is answered with what it gives.
    ///
    /// What is read in the same [batch] is read in one transaction, which saves each its locks. For what
    /// cannot be done inside of one there is [`read_apart`](Self::read_apart).
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

    /// As [`read`](Self::read), in no transaction but one that writes: for a pragma.
    pub fn read_apart<T: Send>(
        &mut self,
        reply: Reply<Result<T>>,
        work: impl FnOnce(&Connection) -> Result<T>,
    ) {
        let outcome = self.end_reading().and_then(|()| self.whole());
        let outcome = outcome.and_then(|()| work(&self.connection));
        self.answer(reply, outcome);
    }

    /// Changes something by *one* statement, which SQLite does in whole or not at all. For more than
    /// one there is [`transaction`](Self::transaction), which costs a little more.
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

    /// Changes something by as many statements as it takes: all of them count, or none if `work`
    /// gives an error or panics.
    pub fn transaction<T: Send>(
        &mut self,
        reply: Reply<Result<T>>,
        work: impl FnOnce(&Connection) -> Result<T>,
    ) {
        let outcome = self.apply(work);
        self.answer(reply, outcome);
    }

    /// As [`transaction`](Self::transaction), for what nobody waits for: an actor's own doing.
    ///
    /// # Errors
    ///
    /// What `work` gives, or why it could not be begun or committed. If requests are grouped, the commit
    /// comes later.
    pub fn apply<T>(&mut self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        self.open_group()?;
        match self.phase {
            // What reads shared has just ended.
            Phase::Alone | Phase::Reading => {
                let outcome = self.bracketed(&TRANSACTION, work);
                self.counts.commits += u64::from(outcome.is_ok());
                self.counts.rolled_back += u64::from(outcome.is_err());
                outcome
            }
            Phase::Group | Phase::Transaction => self.bracketed(&SAVEPOINT, work),
        }
    }

    /// Begins a transaction that lasts over several requests, until [`commit`](Self::commit) or
    /// [`roll_back`](Self::roll_back).
    ///
    /// Everything that the store is asked meanwhile is part of it, so let nobody else ask: let it be
    /// begun through a lease only, and roll back in `#[on_release]`.
    ///
    /// # Errors
    ///
    /// If there is one already, or if the lock is not to be had.
    pub fn begin(&mut self) -> Result<()> {
        self.flush();
        if matches!(self.phase, Phase::Transaction) {
            return Err(Error::InTransaction);
        }
        self.control(TRANSACTION.begin)?;
        self.phase = Phase::Transaction;
        Ok(())
    }

    /// Keeps what was done since [`begin`](Self::begin).
    ///
    /// # Errors
    ///
    /// If there is no transaction, or if it cannot be committed. It is rolled back then.
    pub fn commit(&mut self) -> Result<()> {
        if !matches!(self.phase, Phase::Transaction) {
            return Err(Error::NoTransaction);
        }
        let outcome = self.whole().and_then(|()| self.end_transaction());
        self.phase = Phase::Alone;
        outcome
    }

    /// Undoes what was done since [`begin`](Self::begin). Says whether there was a transaction.
    pub fn roll_back(&mut self) -> bool {
        let is_open = matches!(self.phase, Phase::Transaction);
        if is_open {
            self.undo(&TRANSACTION);
            self.phase = Phase::Alone;
            self.counts.rolled_back += 1;
        }
        is_open
    }

    /// Commits what the group has written, if anything, and gives its answers. Ends what reads share. For
    /// `#[on_idle]`.
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

    /// Finishes what is open and lets SQLite tidy up. For `#[on_stop]`; the connection is closed when
    /// the store is dropped.
    pub fn close(&mut self) {
        self.flush();
        self.roll_back();
        if let Err(error) = self.connection.execute_batch("PRAGMA optimize") {
            tracing::warn!(%error, "the database was closed without being optimized");
        }
    }

    /// What the store has done.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// Opens a group if requests are grouped and none is open, so that what comes is part of it.
    fn open_group(&mut self) -> Result<()> {
        self.end_reading()?;
        if matches!(self.phase, Phase::Alone) && self.options.group_commit.is_some() {
            self.control(TRANSACTION.begin)?;
            self.phase = Phase::Group;
        }
        self.whole()
    }

    /// Begins what reads share, if others of this batch come after this one.
    fn open_reading(&mut self) -> Result<()> {
        if matches!(self.phase, Phase::Reading) && self.connection.is_autocommit() {
            // An error has ended it.
            self.phase = Phase::Alone;
        }
        if matches!(self.phase, Phase::Alone) && batch::left() > 0 {
            self.control(READ)?;
            self.phase = Phase::Reading;
        }
        Ok(())
    }

    /// Ends what reads share. Those who have read need not wait for what comes now, which may take longer.
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

    /// Commits what a read has written after all, such as an `INSERT … RETURNING`: its answer says so.
    fn keep_written<T>(&mut self, outcome: Result<T>) -> Result<T> {
        let state = self.connection.transaction_state(None::<&str>);
        if matches!((self.phase, state), (Phase::Reading, Ok(TransactionState::Write))) {
            self.end_reading()?;
        }
        outcome
    }

    /// Gives the answer, or keeps it until the group's are given.
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
        // Who failed by itself is told why, whatever became of the group.
        self.held.push(Box::new(move |committed| {
            reply.send(outcome.and_then(|value| committed.map(|()| value)));
        }));
        let is_full = self.held.len() >= max_requests || self.held_since.elapsed() >= max_age;
        // A group that SQLite has rolled back is over as well.
        if is_full || self.whole().is_err() {
            self.flush();
        }
    }

    /// Makes sure that what was begun is still there: some errors, such as a full disk, roll a
    /// whole transaction back. What came after would then be kept without what came before.
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

    /// Does `work` in whole or not at all, also if it panics.
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

    /// Undoes what is open, unless SQLite has done so by itself.
    fn undo(&self, brackets: &Brackets) {
        if self.connection.is_autocommit() {
            return;
        }
        for text in brackets.undo {
            if let Err(error) = self.control(text) {
                tracing::error!(%error, "a transaction could not be rolled back");
            }
        }
    }

    /// Begins or ends a transaction.
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
