//! One prepared statement, and how it ends.

use std::{
    fmt,
    sync::{Arc, OnceLock, Weak},
};

use actor_runtime::WeakHandle;
use postgres_types::Oid;

use super::{Cache, DriverHandle};
use crate::{
    error::{Error, SqlState},
    row::Heading,
    statement::Shape,
};

/// A statement that the server has prepared or described. It is closed on the server when it is dropped.
pub(crate) struct Prepared {
    /// Empty if the statement is parsed each time.
    pub(crate) name: String,
    pub(crate) sql: Arc<str>,
    pub(crate) may_copy: bool,
    /// Whether its columns need not be asked for each time.
    pub(crate) has_fixed_columns: bool,
    pub(crate) parameters: Vec<Oid>,
    pub(crate) columns: Vec<Heading>,
    /// The same with full types, once somebody has looked them up.
    pub(crate) shape: OnceLock<Shape>,
    pub(crate) driver: WeakHandle<DriverHandle>,
    /// Where it may be kept.
    pub(super) cache: Weak<Cache>,
}

impl Prepared {
    /// Whether an error says that the server has forgotten the statement, or that its result has other columns by now. It
    /// did not run.
    fn is_stale(&self, error: &Error) -> bool {
        let Error::Server(error) = error else { return false };
        match error.code() {
            SqlState::INVALID_SQL_STATEMENT_NAME => !self.name.is_empty(),
            SqlState::FEATURE_NOT_SUPPORTED => error.message().contains("cached plan"),
            _ => false,
        }
    }

    /// Takes it from the cache if an error says that it is out of date, and returns whether it does.
    pub(crate) fn forget_if_stale(&self, error: &Error) -> bool {
        let is_stale = self.is_stale(error);
        if is_stale && let Some(cache) = self.cache.upgrade() {
            cache.forget(self);
        }
        is_stale
    }
}

impl fmt::Debug for Prepared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prepared").field("name", &self.name).field("sql", &self.sql).finish()
    }
}

impl Drop for Prepared {
    fn drop(&mut self) {
        if self.name.is_empty() {
            return;
        }
        if let Some(driver) = self.driver.upgrade() {
            // Refused only if the connection ends, which closes the statement, too.
            let _ = driver.close_statement(std::mem::take(&mut self.name)).cast_now();
        }
    }
}
