//! The databases, with the deadlines and the watchers of their keys.
//!
//! Invariants:
//!
//! 1. `expiry` holds exactly the entries that have a deadline, with that deadline.
//! 2. Every change of a key is reported to `watches`, and to `waiting` if it may have added an element.
//! 3. None of the keys that a command names has a deadline at or before `now`: [`forget`](Keyspace::forget) has
//!    removed them. Commands that go through all keys skip those with [`is_live`](Keyspace::is_live).

use indexmap::IndexMap;

use super::{
    blob::Blob,
    blocking::Waiting,
    clock::Clock,
    events::{Event, Events},
    expiry::Expiry,
    garbage::Garbage,
    value::{Entry, Value},
    watch::Watches,
};

/// A database. `SCAN` uses the indexes of the map as cursors.
pub(crate) type Database = IndexMap<Blob, Entry>;

/// The maximum number of expired keys that are removed before a message.
///
/// The others are removed by an event, so that many keys that expire at once delay no message for long.
const FORGOTTEN_BEFORE_MESSAGE: usize = 16;

#[derive(Debug)]
pub(crate) struct Keyspace {
    databases: Vec<Database>,
    pub(crate) clock: Clock,
    /// The time at which the current message began.
    pub(crate) now: i64,
    pub(crate) expiry: Expiry,
    pub(crate) watches: Watches,
    pub(crate) waiting: Waiting,
    pub(crate) garbage: Garbage,
    pub(crate) events: Events,
    /// Whether keys are removed at their deadlines. Commands do not find them in any case.
    pub(crate) expires_actively: bool,
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
    /// The number of clients that wait for elements.
    pub waiting: usize,
    /// The number of waits that are kept, including those of clients that are gone.
    pub kept: usize,
    /// Counters since the server started.
    pub counts: Counts,
}

impl Keyspace {
    pub(crate) fn new(databases: usize, clock: Clock) -> Self {
        Self {
            databases: vec![Database::new(); databases],
            now: clock.now(),
            expiry: Expiry::new(databases, clock.clone()),
            clock,
            watches: Watches::default(),
            waiting: Waiting::default(),
            garbage: Garbage::default(),
            events: Events::default(),
            expires_actively: true,
            counts: Counts::default(),
        }
    }

    /// Updates `now`, and removes some of the keys that have expired.
    pub(crate) fn begin_message(&mut self) {
        self.forget_expired(FORGOTTEN_BEFORE_MESSAGE);
    }

    /// Updates `now`, and removes at most this number of keys that have expired.
    pub(crate) fn forget_expired(&mut self, keys: usize) {
        self.now = self.clock.now();
        let keys = if self.expires_actively { keys } else { 0 };
        for _ in 0..keys {
            let Some((database, key)) = self.expiry.pop(self.now) else {
                return;
            };
            if let Some(entry) = self.databases[database].swap_remove(&key) {
                self.garbage.discard(entry.value);
            }
            self.watches.touch(database, &key);
            self.events.notify(Event::EXPIRED, database, &key);
            self.counts.expired += 1;
        }
    }

    /// Removes a key if it has expired.
    pub(crate) fn forget(&mut self, database: usize, key: &[u8]) {
        if self.expiry.is_due(self.now)
            && self.get(database, key).is_some_and(|entry| !self.is_live(entry))
        {
            self.remove(database, key);
            self.events.notify(Event::EXPIRED, database, key);
            self.counts.expired += 1;
        }
    }

    /// Whether an entry has not expired.
    pub(crate) fn is_live(&self, entry: &Entry) -> bool {
        entry.deadline.is_none_or(|deadline| deadline > self.now)
    }

    pub(crate) fn databases(&self) -> usize {
        self.databases.len()
    }

    /// Returns a database. It may contain keys that have expired.
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
        self.waiting.touch(database, key);
    }

    /// Stores a value and its deadline. If the deadline has passed, the key is removed instead. Returns `true` if the
    /// key is new.
    pub(crate) fn set(
        &mut self,
        database: usize,
        key: &[u8],
        value: Value,
        deadline: Option<i64>,
    ) -> bool {
        if deadline.is_some_and(|deadline| deadline <= self.now) {
            self.remove(database, key);
            self.watches.touch(database, key);
            return false;
        }
        let length = self.databases[database].len();
        let entry = Entry { value, deadline };
        let before = match self.databases[database].get_mut(key) {
            Some(place) => {
                let old = std::mem::replace(place, entry);
                self.garbage.discard(old.value);
                old.deadline
            }
            None => {
                self.databases[database].insert(Blob::copy_from_slice(key), entry);
                None
            }
        };
        self.moved(database, key, before, deadline);
        self.databases[database].len() > length
    }

    /// Sets or removes the deadline of a key. If the new deadline has passed, the key is removed.
    pub(crate) fn set_deadline(&mut self, database: usize, key: &[u8], deadline: Option<i64>) {
        if deadline.is_some_and(|deadline| deadline <= self.now) {
            self.remove(database, key);
            return;
        }
        let Some(entry) = self.databases[database].get_mut(key) else {
            return;
        };
        let before = std::mem::replace(&mut entry.deadline, deadline);
        self.moved(database, key, before, deadline);
    }

    /// Removes a key, and frees its value later. Returns `false` if there is no such key.
    pub(crate) fn remove(&mut self, database: usize, key: &[u8]) -> bool {
        let taken = self.take(database, key);
        taken.map(|entry| self.garbage.discard(entry.value)).is_some()
    }

    /// Removes a key, and returns its entry.
    pub(crate) fn take(&mut self, database: usize, key: &[u8]) -> Option<Entry> {
        let entry = self.databases[database].swap_remove(key)?;
        self.moved(database, key, entry.deadline, None);
        Some(entry)
    }

    pub(crate) fn clear(&mut self, database: usize) {
        let keys = std::mem::take(&mut self.databases[database]);
        self.watches.touch_all(database, |key| keys.contains_key(key));
        self.garbage.discard_database(keys, self.expiry.clear(database));
    }

    /// Exchanges two databases. Clients keep theirs, and so do those that watch keys or wait for elements.
    pub(crate) fn swap(&mut self, one: usize, other: usize) {
        for database in [one, other] {
            // An expired key is the same as none.
            for key in self.watches.keys_in(database) {
                self.forget(one, &key);
                self.forget(other, &key);
            }
            let (before, after) = (&self.databases[one], &self.databases[other]);
            let is_changed = |key: &[u8]| before.contains_key(key) || after.contains_key(key);
            self.watches.touch_all(database, is_changed);
        }
        self.databases.swap(one, other);
        self.expiry.swap(one, other);
        for database in [one, other] {
            self.waiting.touch_all(database);
        }
    }

    pub(crate) fn sizes(&self) -> Sizes {
        let sizes = |(number, keys): (usize, &Database)| (keys.len(), self.expiry.len(number));
        let databases = self.databases.iter().enumerate().map(sizes).collect();
        Sizes {
            databases,
            waiting: self.waiting.len(),
            kept: self.waiting.kept(),
            counts: self.counts,
        }
    }

    /// Reports a change of a key, and updates `expiry` if its deadline has changed.
    fn moved(&mut self, database: usize, key: &[u8], before: Option<i64>, after: Option<i64>) {
        self.touch(database, key);
        if before == after {
            return;
        }
        if let Some(before) = before {
            self.expiry.remove(before, database, Blob::copy_from_slice(key));
        }
        if let Some(after) = after {
            self.expiry.insert(after, database, Blob::copy_from_slice(key));
        }
    }
}
