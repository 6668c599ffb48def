//! Statements that are kept for their text.

use std::{
    collections::HashMap,
    fmt, mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::Prepared;
use crate::config::StatementMode;

/// The statements that were used last. The driver adds them; callers take them without asking it.
///
/// A statement that leaves the cache is dropped without the lock, as its drop sends a message.
pub(crate) struct Cache {
    capacity: usize,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    entries: HashMap<Arc<str>, Entry>,
    /// Grows with every use.
    clock: u64,
}

struct Entry {
    prepared: Arc<Prepared>,
    used: u64,
}

impl Cache {
    pub(crate) fn new(mode: StatementMode) -> Self {
        let (StatementMode::Named { cache } | StatementMode::Unnamed { cache }) = mode;
        Self { capacity: cache, kept: Mutex::default() }
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the statement with this text.
    pub(crate) fn get(&self, sql: &str) -> Option<Arc<Prepared>> {
        let mut kept = self.lock();
        kept.clock += 1;
        let clock = kept.clock;
        let entry = kept.entries.get_mut(sql)?;
        entry.used = clock;
        Some(entry.prepared.clone())
    }

    /// Keeps a statement. The least recently used one makes room for it.
    pub(super) fn keep(&self, prepared: Arc<Prepared>) {
        if self.capacity == 0 {
            return;
        }
        let mut kept = self.lock();
        let is_full = kept.entries.len() >= self.capacity;
        let oldest = kept.entries.iter().min_by_key(|(_, entry)| entry.used);
        let oldest = oldest.map(|(sql, _)| sql.clone()).filter(|_| is_full);
        let evicted = oldest.and_then(|sql| kept.entries.remove(&sql));
        let used = kept.clock;
        let replaced = kept.entries.insert(prepared.sql.clone(), Entry { prepared, used });
        drop(kept);
        drop((evicted, replaced));
    }

    /// Forgets a statement that the server does not know any more, or knows in an older form, unless it was prepared
    /// again meanwhile.
    pub(super) fn forget(&self, outdated: &Prepared) {
        let mut kept = self.lock();
        let is_same = |entry: &Entry| entry.prepared.name == outdated.name;
        let forgotten = match kept.entries.get(&outdated.sql) {
            Some(entry) if is_same(entry) => kept.entries.remove(&outdated.sql),
            _ => None,
        };
        drop(kept);
        drop(forgotten);
    }

    /// Forgets all: the server has, or the connection has ended.
    pub(super) fn clear(&self) {
        let forgotten = mem::take(&mut self.lock().entries);
        drop(forgotten);
    }
}

impl fmt::Debug for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cache").field("statements", &self.lock().entries.keys()).finish()
    }
}
