//! [`Alarms`]: one timer for everything that waits for a time.

use std::collections::BTreeSet;

use tokio::time::Instant;

/// A set of keys, each with a time. A key may have several.
#[derive(Debug)]
pub(crate) struct Alarms<K>(BTreeSet<(Instant, K)>);

impl<K: Ord + Copy> Alarms<K> {
    pub(crate) fn new() -> Self {
        Self(BTreeSet::new())
    }

    pub(crate) fn set(&mut self, at: Instant, key: K) {
        self.0.insert((at, key));
    }

    pub(crate) fn cancel(&mut self, at: Instant, key: K) {
        self.0.remove(&(at, key));
    }

    /// Returns the first time, or any time if there is none.
    pub(crate) fn first(&self) -> Instant {
        self.0.first().map_or_else(Instant::now, |(at, _)| *at)
    }

    /// Removes a key whose time has come.
    pub(crate) fn take_due(&mut self, now: Instant) -> Option<K> {
        self.0.first().filter(|(at, _)| *at <= now)?;
        self.0.pop_first().map(|(_, key)| key)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
