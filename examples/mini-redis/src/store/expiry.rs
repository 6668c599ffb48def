//! The deadlines of keys, and a future that completes at the next one.
//!
//! Invariant: `next` is the earliest of all deadlines.

use std::{collections::BTreeSet, future::pending, pin::Pin};

use actor_runtime::cancel_safe;
use tokio::time::{Sleep, sleep_until};

use super::{blob::Blob, clock::Clock};

/// The deadlines of one database, in order, with their keys.
type Deadlines = BTreeSet<(i64, Blob)>;

/// All deadlines.
#[derive(Debug)]
pub(crate) struct Expiry {
    clock: Clock,
    databases: Vec<Deadlines>,
    /// The earliest deadline, and its database.
    next: Option<(i64, usize)>,
    /// The timer, and the deadline that it is set to. Created on first use, then reset.
    sleep: Option<(i64, Pin<Box<Sleep>>)>,
}

impl Expiry {
    pub(crate) fn new(databases: usize, clock: Clock) -> Self {
        let databases = vec![BTreeSet::new(); databases];
        Self { clock, databases, next: None, sleep: None }
    }

    /// Returns the number of deadlines in a database.
    pub(crate) fn len(&self, database: usize) -> usize {
        self.databases[database].len()
    }

    /// Whether a deadline has passed.
    pub(crate) fn is_due(&self, now: i64) -> bool {
        self.next.is_some_and(|(deadline, _)| deadline <= now)
    }

    pub(crate) fn insert(&mut self, deadline: i64, database: usize, key: Blob) {
        self.databases[database].insert((deadline, key));
        if self.next.is_none_or(|(next, _)| deadline < next) {
            self.next = Some((deadline, database));
        }
    }

    pub(crate) fn remove(&mut self, deadline: i64, database: usize, key: Blob) {
        self.databases[database].remove(&(deadline, key));
        self.update(database);
    }

    /// Removes and returns all deadlines of a database.
    pub(crate) fn clear(&mut self, database: usize) -> Deadlines {
        let deadlines = std::mem::take(&mut self.databases[database]);
        self.update(database);
        deadlines
    }

    /// Exchanges the deadlines of two databases.
    pub(crate) fn swap(&mut self, one: usize, other: usize) {
        self.databases.swap(one, other);
        self.find_next();
    }

    /// Removes and returns a key whose deadline has passed.
    pub(crate) fn pop(&mut self, now: i64) -> Option<(usize, Blob)> {
        let (_, database) = self.next.filter(|(deadline, _)| *deadline <= now)?;
        let (_, key) = self.databases[database].pop_first()?;
        self.update(database);
        Some((database, key))
    }

    /// Updates `next` after deadlines of a database were removed.
    fn update(&mut self, database: usize) {
        if self.next.is_some_and(|(_, next)| next == database) {
            self.find_next();
        }
    }

    fn find_next(&mut self) {
        let first = |(number, deadlines): (usize, &Deadlines)| {
            deadlines.first().map(|(deadline, _)| (*deadline, number))
        };
        self.next = self.databases.iter().enumerate().filter_map(first).min();
    }

    /// Waits until a deadline has passed. Never completes if there is none.
    ///
    /// # Cancel safety
    ///
    /// This method is cancel safe. It removes no deadline.
    #[cancel_safe]
    pub(crate) async fn due(&mut self) {
        loop {
            let Some((deadline, _)) = self.next else {
                return pending().await;
            };
            if deadline <= self.clock.now() {
                return;
            }
            repeatable(self.set(deadline));
            if let Some((_, sleep)) = &mut self.sleep {
                sleep.await;
            }
        }
    }

    fn set(&mut self, deadline: i64) {
        let instant = self.clock.instant(deadline);
        match &mut self.sleep {
            Some((set_to, sleep)) => {
                if *set_to != deadline || sleep.is_elapsed() {
                    *set_to = deadline;
                    sleep.as_mut().reset(instant);
                }
            }
            None => self.sleep = Some((deadline, Box::pin(sleep_until(instant)))),
        }
    }
}
