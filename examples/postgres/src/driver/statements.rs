//! Prepared statements: those that are kept for their text, and how all of them end.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, OnceLock},
};

use actor_runtime::{Reply, WeakHandle};
use postgres_types::Oid;

use super::{DriverHandle, exchange::Described};
use crate::{
    config::StatementMode,
    error::{Error, Result, SqlState},
    request::{has_fixed_columns, may_copy},
    row::{Heading, headings},
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
    pub(crate) fn forget_if_stale(&self, error: &Error, driver: Option<&DriverHandle>) -> bool {
        let is_stale = self.is_stale(error);
        if is_stale && let Some(driver) = driver {
            // Refused only if the connection or the transaction has ended.
            let _ = driver.forget(self.sql.clone(), self.name.clone()).cast_now();
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

/// The statements that are kept for their text. The least recently used ones make room for new ones.
pub(super) struct Statements {
    mode: StatementMode,
    entries: HashMap<Arc<str>, Entry>,
    /// Grows with every use.
    clock: u64,
    /// The number of the next name.
    next: u64,
}

enum Entry {
    /// Being prepared, and who waits for it.
    Preparing(Vec<Reply<Result<Arc<Prepared>>>>),
    Ready {
        prepared: Arc<Prepared>,
        used: u64,
    },
}

/// What is to be done for a caller that wants a statement.
pub(super) enum Wanted {
    /// Nothing: it was answered, or will be.
    Nothing,
    /// The statement is to be prepared under this name.
    Prepare { name: String, reply: Option<Reply<Result<Arc<Prepared>>>> },
}

impl Statements {
    pub(super) fn new(mode: StatementMode) -> Self {
        Self { mode, entries: HashMap::new(), clock: 0, next: 0 }
    }

    fn capacity(&self) -> usize {
        match self.mode {
            StatementMode::Named { cache } | StatementMode::Unnamed { cache } => cache,
        }
    }

    /// Answers from the cache, or makes equal ones wait for the first.
    pub(super) fn want(
        &mut self,
        sql: &Arc<str>,
        is_cached: bool,
        reply: Reply<Result<Arc<Prepared>>>,
    ) -> Wanted {
        self.clock += 1;
        let is_cached = is_cached && self.capacity() > 0;
        match self.entries.get_mut(sql).filter(|_| is_cached) {
            Some(Entry::Ready { prepared, used }) => {
                *used = self.clock;
                reply.send(Ok(prepared.clone()));
                return Wanted::Nothing;
            }
            Some(Entry::Preparing(waiting)) => {
                waiting.push(reply);
                return Wanted::Nothing;
            }
            None => {}
        }
        let name = match self.mode {
            // A name that no `PREPARE` by hand is likely to use.
            StatementMode::Named { .. } => format!("driver {}", self.next),
            StatementMode::Unnamed { .. } => String::new(),
        };
        self.next += 1;
        if !is_cached {
            return Wanted::Prepare { name, reply: Some(reply) };
        }
        self.entries.insert(sql.clone(), Entry::Preparing(vec![reply]));
        Wanted::Prepare { name, reply: None }
    }

    /// Answers all who wait for a statement.
    pub(super) fn prepared(
        &mut self,
        described: Described,
        error: Option<Error>,
        driver: &WeakHandle<DriverHandle>,
    ) {
        let Described { key, name, parameters, columns, reply } = described;
        let outcome = match error {
            Some(error) => Err(error),
            None => headings(columns.as_ref()).map(|columns| {
                let (shape, driver) = (OnceLock::new(), driver.clone());
                let has_fixed_columns = !name.is_empty() && has_fixed_columns(&key);
                Arc::new(Prepared {
                    name,
                    may_copy: may_copy(&key),
                    has_fixed_columns,
                    sql: key.clone(),
                    parameters,
                    columns,
                    shape,
                    driver,
                })
            }),
        };
        if let Some(reply) = reply {
            return reply.send(outcome);
        }
        let waiting = match (self.entries.remove(&key), &outcome) {
            (Some(Entry::Preparing(waiting)), outcome) => {
                if let Ok(prepared) = outcome {
                    self.keep(key, prepared.clone());
                }
                waiting
            }
            // It was forgotten and prepared again meanwhile.
            (Some(ready), _) => {
                self.entries.insert(key, ready);
                return;
            }
            (None, _) => return,
        };
        for reply in waiting {
            reply.send(outcome.clone());
        }
    }

    fn keep(&mut self, key: Arc<str>, prepared: Arc<Prepared>) {
        let ready = self.entries.iter().filter_map(|(key, entry)| match entry {
            Entry::Ready { used, .. } => Some((*used, key)),
            Entry::Preparing(_) => None,
        });
        let is_full = ready.clone().count() >= self.capacity();
        if let Some(oldest) = ready.min().map(|(_, key)| key.clone()).filter(|_| is_full) {
            self.entries.remove(&oldest);
        }
        self.entries.insert(key, Entry::Ready { prepared, used: self.clock });
    }

    /// Forgets a statement that the server does not know any more, or knows in an older form.
    pub(super) fn forget(&mut self, sql: &str, name: &str) {
        if let Some(Entry::Ready { prepared, .. }) = self.entries.get(sql)
            && prepared.name == name
        {
            self.entries.remove(sql);
        }
    }

    /// The server has forgotten all of them.
    pub(super) fn forget_all(&mut self) {
        self.entries.retain(|_, entry| matches!(entry, Entry::Preparing(_)));
    }

    /// The connection has ended: ends all waits, and forgets all.
    pub(super) fn end(&mut self, error: &Error) {
        for entry in std::mem::take(&mut self.entries).into_values() {
            if let Entry::Preparing(waiting) = entry {
                waiting.into_iter().for_each(|reply| reply.send(Err(error.clone())));
            }
        }
    }
}
