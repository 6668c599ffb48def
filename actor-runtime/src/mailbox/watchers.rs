//! The tasks that wait for the exit of an actor, or for a restart.

use std::{collections::BTreeMap, task::Waker};

use crate::thread::ring::Wait;

/// A task that waits.
pub(super) struct Watcher {
    pub(super) waker: Waker,
    /// On record if a handler waits.
    pub(super) _wait: Wait,
}

/// Watchers, by ticket. Most actors never have one.
#[derive(Default)]
#[expect(
    clippy::box_collection,
    reason = "a pointer is a third of a map, and every actor has two of these"
)]
pub(super) struct Watchers(Option<Box<BTreeMap<u64, Watcher>>>);

impl Watchers {
    /// Adds a watcher, and returns the one that had the ticket, to be dropped with the lock released.
    #[must_use]
    pub(super) fn insert(&mut self, ticket: u64, watcher: Watcher) -> Option<Watcher> {
        self.0.get_or_insert_default().insert(ticket, watcher)
    }

    /// Removes a watcher, to be dropped with the lock released.
    #[must_use]
    pub(super) fn remove(&mut self, ticket: u64) -> Option<Watcher> {
        self.0.as_mut()?.remove(&ticket)
    }

    /// Takes the wakers of all, to be woken with the lock released. Their waits are then off the record.
    #[must_use]
    pub(super) fn take_wakers(&mut self) -> Vec<Waker> {
        let Some(watchers) = self.0.take() else {
            return Vec::new();
        };
        watchers.into_values().map(|watcher| watcher.waker).collect()
    }
}
