//! The databases, with the deadlines and the watchers of their keys.
//!
//! Invariants:
//!
//! 1. `expiry` holds exactly the entries that have a deadline, with that deadline.
//! 2. Every change of a key is reported to `watches`.
//! 3. After [`forget_expired`](Keyspace::forget_expired), no entry has a deadline at or before `now`.
//!    Commands therefore need not check deadlines.

use bytes::Bytes;
use indexmap::IndexMap;

use super::{
    clock::Clock,
    expiry::Expiry,
    value::{Entry, Value},
    watch::Watches,
};

/// A database. `SCAN` uses the indexes of the map as cursors.
type Database = IndexMap<Bytes, Entry>;

#[derive(Debug)]
pub(crate) struct Keyspace {
    databases: Vec<Database>,
    pub(crate) clock: Clock,
    /// The time at which the current message began.
    pub(crate) now: i64,
    pub(crate) expiry: Expiry,
    pub(crate) watches: Watches,
    counts: Counts,
}

/// Counters since the server started.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    /// Keys that have expired.
    pub expired: u64,
    /// Reads that found a key.
    pub hits: u64,
    /// Reads that found no key.
    pub misses: u64,
}

/// The size of the store.
#[derive(Clone, Debug)]
pub struct Sizes {
    /// For each database, the number of keys and the number of keys with a deadline.
    pub databases: Vec<(usize, usize)>,
    /// Counters since the server started.
    pub counts: Counts,
}

impl Keyspace {
    pub(crate) fn new(databases: usize, clock: Clock) -> Self {
        Self {
            databases: vec![Database::new(); databases],
            now: clock.now(),
            expiry: Expiry::new(clock.clone()),
            clock,
            watches: Watches::default(),
            counts: Counts::default(),
        }
    }

    /// Updates `now` and removes the keys that have expired.
    pub(crate) fn forget_expired(&mut self) {
        self.now = self.clock.now();
        while let Some((database, key)) = self.expiry.pop(self.now) {
            self.databases[database].swap_remove(&key);
            self.watches.touch(database, &key);
            self.counts.expired += 1;
        }
    }

    pub(crate) fn databases(&self) -> usize {
        self.databases.len()
    }

    pub(crate) fn database(&self, database: usize) -> &Database {
        &self.databases[database]
    }

    /// Returns an entry and counts a hit or a miss.
    pub(crate) fn read(&mut self, database: usize, key: &[u8]) -> Option<&Entry> {
        let entry = self.databases[database].get(key);
        match entry {
            Some(_) => self.counts.hits += 1,
            None => self.counts.misses += 1,
        }
        entry
    }

    pub(crate) fn get(&self, database: usize, key: &[u8]) -> Option<&Entry> {
        self.databases[database].get(key)
    }

    /// Returns a value for modification. The caller must report a change with [`touch`](Self::touch).
    pub(crate) fn get_mut(&mut self, database: usize, key: &[u8]) -> Option<&mut Value> {
        self.databases[database].get_mut(key).map(|entry| &mut entry.value)
    }

    /// Reports that the value of a key was changed.
    pub(crate) fn touch(&mut self, database: usize, key: &[u8]) {
        self.watches.touch(database, key);
    }

    /// Stores a value and its deadline. If the deadline has passed, the key is removed instead.
    pub(crate) fn set(&mut self, database: usize, key: &[u8], value: Value, deadline: Option<i64>) {
        if deadline.is_some_and(|deadline| deadline <= self.now) {
            self.remove(database, key);
            self.watches.touch(database, key);
            return;
        }
        let entry = Entry { value, deadline };
        let (key, before) = match self.databases[database].get_full_mut(key) {
            Some((_, key, place)) => (key.clone(), std::mem::replace(place, entry).deadline),
            None => {
                let key = Bytes::copy_from_slice(key);
                self.databases[database].insert(key.clone(), entry);
                (key, None)
            }
        };
        self.moved(database, key, before, deadline);
    }

    /// Sets or removes the deadline of a key. If the new deadline has passed, the key is removed.
    pub(crate) fn set_deadline(&mut self, database: usize, key: &[u8], deadline: Option<i64>) {
        if deadline.is_some_and(|deadline| deadline <= self.now) {
            self.remove(database, key);
            return;
        }
        let Some((_, key, entry)) = self.databases[database].get_full_mut(key) else {
            return;
        };
        let before = std::mem::replace(&mut entry.deadline, deadline);
        let key = key.clone();
        self.moved(database, key, before, deadline);
    }

    pub(crate) fn remove(&mut self, database: usize, key: &[u8]) -> Option<Entry> {
        let (key, entry) = self.databases[database].swap_remove_entry(key)?;
        self.moved(database, key, entry.deadline, None);
        Some(entry)
    }

    pub(crate) fn clear(&mut self, database: usize) {
        for key in self.databases[database].keys() {
            self.watches.touch(database, key);
        }
        self.databases[database] = Database::new();
        self.expiry.retain(|other| other != database);
    }

    pub(crate) fn sizes(&self) -> Sizes {
        let sizes = |database: &Database| {
            (database.len(), database.values().filter(|entry| entry.deadline.is_some()).count())
        };
        Sizes { databases: self.databases.iter().map(sizes).collect(), counts: self.counts }
    }

    /// Reports a change of a key, and updates `expiry` if its deadline has changed.
    fn moved(&mut self, database: usize, key: Bytes, before: Option<i64>, after: Option<i64>) {
        self.watches.touch(database, &key);
        if before == after {
            return;
        }
        if let Some(before) = before {
            self.expiry.remove(before, database, key.clone());
        }
        if let Some(after) = after {
            self.expiry.insert(after, database, key);
        }
    }
}
