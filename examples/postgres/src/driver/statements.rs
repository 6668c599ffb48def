//! Statements that are being prepared, and who waits for them.

use std::{
    collections::HashMap,
    sync::{Arc, OnceLock},
};

use actor_runtime::{Reply, WeakHandle};

use super::{Cache, DriverHandle, Prepared, exchange::Described};
use crate::{
    config::StatementMode,
    error::{Error, Result},
    request::{has_fixed_columns, may_copy},
    row::headings,
};

/// A caller that waits.
type Waiting = Reply<Result<Arc<Prepared>>>;

/// The statements that are being prepared. Once they are, the cache has them.
pub(super) struct Statements {
    mode: StatementMode,
    cache: Arc<Cache>,
    /// By text, those who wait.
    preparing: HashMap<Arc<str>, Vec<Waiting>>,
    /// The number of the next name.
    next: u64,
}

impl Statements {
    pub(super) fn new(mode: StatementMode, cache: Arc<Cache>) -> Self {
        Self { mode, cache, preparing: HashMap::new(), next: 0 }
    }

    /// Answers from the cache, or makes a caller wait. For the first that waits for a text, it returns the name under
    /// which the statement is to be prepared.
    pub(super) fn want(&mut self, sql: &Arc<str>, reply: Waiting) -> Option<String> {
        // Others may have prepared it since the caller looked.
        if let Some(prepared) = self.cache.get(sql) {
            reply.send(Ok(prepared));
            return None;
        }
        if let Some(waiting) = self.preparing.get_mut(sql) {
            waiting.push(reply);
            return None;
        }
        self.preparing.insert(sql.clone(), vec![reply]);
        let number = self.next;
        self.next += 1;
        Some(match self.mode {
            // A name that no `PREPARE` by hand is likely to use.
            StatementMode::Named { .. } => format!("driver {number}"),
            StatementMode::Unnamed { .. } => String::new(),
        })
    }

    /// Answers all who wait for a statement.
    pub(super) fn prepared(
        &mut self,
        described: Described,
        error: Option<Error>,
        driver: &WeakHandle<DriverHandle>,
    ) {
        let Described { sql, name, parameters, columns } = described;
        let waiting = self.preparing.remove(&sql).unwrap_or_default();
        let outcome = match error {
            Some(error) => Err(error),
            None => headings(columns.as_ref()).map(|columns| {
                Arc::new(Prepared {
                    may_copy: may_copy(&sql),
                    has_fixed_columns: !name.is_empty() && has_fixed_columns(&sql),
                    name,
                    sql,
                    parameters,
                    columns,
                    shape: OnceLock::new(),
                    driver: driver.clone(),
                    cache: Arc::downgrade(&self.cache),
                })
            }),
        };
        if let Ok(prepared) = &outcome {
            self.cache.keep(prepared.clone());
        }
        for reply in waiting {
            reply.send(outcome.clone());
        }
    }

    /// The server has forgotten all that it had prepared.
    pub(super) fn forget_all(&self) {
        self.cache.clear();
    }

    /// The connection has ended: ends all waits, and forgets all.
    pub(super) fn end(&mut self, error: &Error) {
        self.cache.clear();
        for reply in std::mem::take(&mut self.preparing).into_values().flatten() {
            reply.send(Err(error.clone()));
        }
    }
}
