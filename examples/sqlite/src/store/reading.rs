//! Reads: the transaction that they share, and what happens if they write.

use actor_runtime::batch;
use rusqlite::{Connection, TransactionState};

use crate::{
    control::{Undo, Unit},
    error::{Error, Result},
    interrupt::Caller,
    store::{Phase, Store},
};

impl Store {
    /// Begins the transaction that reads share, if more messages of this batch follow.
    pub(super) fn open_reading(&mut self) -> Result<()> {
        if matches!(self.phase, Phase::Reading) && self.connection.is_autocommit() {
            // SQLite has rolled it back after an error.
            self.phase = Phase::Alone;
        }
        if matches!(self.phase, Phase::Alone) && batch::left() > 0 {
            self.control.begin_reading(&self.connection)?;
            self.phase = Phase::Reading;
        }
        Ok(())
    }

    /// Ends the transaction that reads share, and wakes their callers, because the next request may take longer.
    pub(super) fn end_reading(&mut self) -> Result<()> {
        if !matches!(self.phase, Phase::Reading) {
            return Ok(());
        }
        self.phase = Phase::Alone;
        batch::wake_callers();
        // A read that panicked may have written.
        if self.connection.is_autocommit() || self.has_written() {
            self.control.undo(&self.connection, Unit::Transaction);
            return Ok(());
        }
        let outcome = self.control.keep(&self.connection, Unit::Transaction);
        if outcome.is_err() {
            self.control.undo(&self.connection, Unit::Transaction);
        }
        outcome
    }

    fn has_written(&self) -> bool {
        let state = self.connection.transaction_state(None::<&str>);
        matches!(state, Ok(TransactionState::Write))
    }

    /// Runs `work` in a transaction of its own, and interrupts it if `caller` is gone.
    pub(crate) fn view<T>(
        &mut self,
        caller: Caller,
        work: impl FnOnce(&Connection) -> Result<T>,
    ) -> Result<T> {
        let _wanted = self.interrupt.unless(caller);
        self.control.begin_reading(&self.connection)?;
        // It has not written, so undoing it only ends it.
        let _end =
            Undo { control: &self.control, connection: &self.connection, unit: Unit::Transaction };
        work(&self.connection)
    }

    /// Runs `work`, and undoes what it writes.
    pub(super) fn read_only<T>(
        &mut self,
        work: impl FnOnce(&Connection) -> Result<T>,
    ) -> Result<T> {
        let before = self.connection.total_changes();
        self.control.take_refused();
        let outcome = work(&self.connection);
        let wrote = match self.phase {
            Phase::Alone => self.control.take_refused(),
            Phase::Reading => self.has_written(),
            Phase::Group | Phase::Transaction => self.connection.total_changes() != before,
        };
        if !wrote {
            return outcome;
        }
        self.control.undo(&self.connection, Unit::Transaction);
        Err(Error::WriteInRead)
    }
}
