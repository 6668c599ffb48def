//! Beginning and ending transactions, which SQL text cannot do.
//!
//! Three things ensure that every transaction is the store's:
//!
//! - An authorizer refuses statements that begin or end a transaction, when they are compiled.
//! - Statements are cached by their text, and a cached statement is not compiled again. So the store's own
//!   statements end with a comment that is random, and the same text cannot come from a caller.
//! - A commit hook refuses each commit that the store did not ask for. After SQLite has rolled a transaction back by
//!   itself, further statements would otherwise be committed one by one, without the earlier ones.

use std::{
    hash::{BuildHasher, RandomState},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use rusqlite::{
    Connection,
    hooks::{AuthAction, AuthContext, Authorization},
};

use crate::error::{Error, Result};

/// The connection's permission to begin and end transactions.
pub(crate) struct Control {
    switches: Arc<Switches>,
    transaction: Brackets,
    savepoint: Brackets,
    begin_reading: String,
}

/// What the hooks of the connection allow at the moment.
#[derive(Default)]
struct Switches {
    allows_control: AtomicBool,
    allows_commit: AtomicBool,
    /// Whether a commit was refused. The error may not be seen: a statement that is dropped before its last row is
    /// committed then.
    has_refused: AtomicBool,
}

/// What a unit of work is enclosed in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    /// A transaction of its own, which takes the write lock.
    Transaction,
    /// A savepoint in the transaction that is open.
    Savepoint,
}

/// The statements that begin, commit and roll back a unit of work.
struct Brackets {
    begin: String,
    keep: String,
    undo: Vec<String>,
}

impl Control {
    pub(crate) fn new() -> Self {
        let [one, two] = [(); 2].map(|()| RandomState::new().hash_one(0));
        let text = |sql: &str| format!("{sql} -- {one:016x}{two:016x}");
        Self {
            switches: Arc::default(),
            // Takes the write lock at the beginning, where the busy timeout applies. A transaction that reads
            // first and then writes fails immediately if another connection wrote in between.
            transaction: Brackets {
                begin: text("BEGIN IMMEDIATE"),
                keep: text("COMMIT"),
                undo: vec![text("ROLLBACK")],
            },
            savepoint: Brackets {
                begin: text("SAVEPOINT request"),
                keep: text("RELEASE request"),
                undo: vec![text("ROLLBACK TO request"), text("RELEASE request")],
            },
            begin_reading: text("BEGIN DEFERRED"),
        }
    }

    /// Installs the authorizer and the commit hook. From then on only this value begins and ends transactions.
    pub(crate) fn install(&self, connection: &mut Connection) -> Result<()> {
        let switches = self.switches.clone();
        connection.authorizer(Some(move |context: AuthContext<'_>| match context.action {
            AuthAction::Transaction { .. } | AuthAction::Savepoint { .. }
                if !switches.allows_control.load(Ordering::Relaxed) =>
            {
                Authorization::Deny
            }
            _ => Authorization::Allow,
        }))?;
        let switches = self.switches.clone();
        connection.commit_hook(Some(move || {
            let refuses = !switches.allows_commit.load(Ordering::Relaxed);
            switches.has_refused.fetch_or(refuses, Ordering::Relaxed);
            refuses
        }))?;
        Ok(())
    }

    /// Returns whether a commit was refused since the last call.
    pub(crate) fn take_refused(&self) -> bool {
        self.switches.has_refused.swap(false, Ordering::Relaxed)
    }

    pub(crate) fn begin(&self, connection: &Connection, unit: Unit) -> Result<()> {
        self.run(connection, &self.brackets(unit).begin)
    }

    /// Begins a transaction for reads, which takes no lock before the first one.
    pub(crate) fn begin_reading(&self, connection: &Connection) -> Result<()> {
        self.run(connection, &self.begin_reading)
    }

    pub(crate) fn keep(&self, connection: &Connection, unit: Unit) -> Result<()> {
        let _commit = Allowed::new(&self.switches.allows_commit);
        self.run(connection, &self.brackets(unit).keep)
    }

    /// Rolls back, unless SQLite has already done so.
    pub(crate) fn undo(&self, connection: &Connection, unit: Unit) {
        for text in &self.brackets(unit).undo {
            if connection.is_autocommit() {
                return;
            }
            if let Err(error) = self.run(connection, text) {
                tracing::error!(%error, "could not roll back");
                if unit == Unit::Savepoint {
                    // Without the savepoint, only the whole transaction can be undone.
                    return self.undo(connection, Unit::Transaction);
                }
            }
        }
    }

    /// Runs `work` and keeps its changes only if it succeeds: not if it fails or panics, and not if SQLite has rolled
    /// back the transaction that it was part of.
    pub(crate) fn atomically<T>(
        &self,
        connection: &Connection,
        unit: Unit,
        work: impl FnOnce(&Connection) -> Result<T>,
    ) -> Result<T> {
        self.begin(connection, unit)?;
        let undo = Undo { control: self, connection, unit };
        let value = work(connection)?;
        if connection.is_autocommit() {
            return Err(Error::RolledBack);
        }
        self.keep(connection, unit)?;
        std::mem::forget(undo);
        Ok(value)
    }

    /// Runs `work` with the permission to commit statements one by one, or with all permissions.
    pub(crate) fn one_by_one<T>(&self, may_control: bool, work: impl FnOnce() -> T) -> T {
        let _commit = Allowed::new(&self.switches.allows_commit);
        let _control = may_control.then(|| Allowed::new(&self.switches.allows_control));
        work()
    }

    fn brackets(&self, unit: Unit) -> &Brackets {
        match unit {
            Unit::Transaction => &self.transaction,
            Unit::Savepoint => &self.savepoint,
        }
    }

    fn run(&self, connection: &Connection, text: &str) -> Result<()> {
        let _control = Allowed::new(&self.switches.allows_control);
        connection.prepare_cached(text)?.execute([])?;
        Ok(())
    }
}

/// Undoes a unit of work when it is dropped.
pub(crate) struct Undo<'a> {
    pub(crate) control: &'a Control,
    pub(crate) connection: &'a Connection,
    pub(crate) unit: Unit,
}

impl Drop for Undo<'_> {
    fn drop(&mut self) {
        self.control.undo(self.connection, self.unit);
    }
}

/// Keeps a switch on until it is dropped, also by a panic.
struct Allowed<'a>(&'a AtomicBool);

impl<'a> Allowed<'a> {
    fn new(switch: &'a AtomicBool) -> Self {
        switch.store(true, Ordering::Relaxed);
        Self(switch)
    }
}

impl Drop for Allowed<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
}
