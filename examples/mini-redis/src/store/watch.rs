//! The keys watched by clients, for `WATCH` and `EXEC`.

use std::collections::HashMap;

use bytes::Bytes;

use super::ClientId;

/// The clients that watch each key.
type Watchers = HashMap<(usize, Bytes), Vec<ClientId>>;

/// All watched keys, indexed by key and by client.
#[derive(Debug, Default)]
pub(crate) struct Watches {
    keys: Watchers,
    clients: HashMap<ClientId, Watching>,
}

/// The keys watched by one client.
#[derive(Debug, Default)]
struct Watching {
    keys: Vec<(usize, Bytes)>,
    /// Whether any of them was changed.
    is_changed: bool,
}

impl Watches {
    pub(crate) fn begin(&mut self, client: ClientId, database: usize, key: Bytes) {
        // A slice would keep the client's whole read buffer in memory.
        let key = (database, Bytes::copy_from_slice(&key));
        let watchers = self.keys.entry(key.clone()).or_default();
        if !watchers.contains(&client) {
            watchers.push(client);
            self.clients.entry(client).or_default().keys.push(key);
        }
    }

    /// Ends all watches of a client. Returns `true` if no watched key was changed.
    pub(crate) fn end(&mut self, client: ClientId) -> bool {
        let Some(watching) = self.clients.remove(&client) else {
            return true;
        };
        for key in watching.keys {
            if let Some(watchers) = self.keys.get_mut(&key) {
                watchers.retain(|watcher| *watcher != client);
                if watchers.is_empty() {
                    self.keys.remove(&key);
                }
            }
        }
        !watching.is_changed
    }

    /// Marks the clients that watch a key of a database for which `is_changed` returns `true`.
    pub(crate) fn touch_all(&mut self, database: usize, is_changed: impl Fn(&[u8]) -> bool) {
        let keys = self.keys_in(database).into_iter();
        keys.filter(|key| is_changed(key)).for_each(|key| self.touch(database, &key));
    }

    /// Returns the keys of a database that clients watch.
    pub(crate) fn keys_in(&self, database: usize) -> Vec<Bytes> {
        let keys = self.keys.keys().filter(|(other, _)| *other == database);
        keys.map(|(_, key)| key.clone()).collect()
    }

    /// Returns the keys that a client watches, with their databases.
    pub(crate) fn keys_of(&self, client: ClientId) -> Vec<(usize, Bytes)> {
        self.clients.get(&client).map_or_else(Vec::new, |watching| watching.keys.clone())
    }

    /// Marks the clients that watch a key.
    pub(crate) fn touch(&mut self, database: usize, key: &[u8]) {
        if self.keys.is_empty() {
            return;
        }
        let key = (database, Bytes::copy_from_slice(key));
        for client in self.keys.get(&key).into_iter().flatten() {
            if let Some(watching) = self.clients.get_mut(client) {
                watching.is_changed = true;
            }
        }
    }
}
