//! Constants, associated types and bounds of a generic actor.

use std::{collections::BTreeMap, fmt::Debug};

use actor_runtime::{Call, Reply, actor, by_hand::Request};

/// What a [`Registry`] keeps.
pub trait Entry: Send + 'static {
    /// The key of an entry.
    type Key: Ord + Clone + Debug + Send + 'static;

    /// Returns the key.
    fn key(&self) -> Self::Key;
}

/// Keeps up to `N` entries by their keys.
#[derive(Debug)]
pub struct Registry<E: Entry, const N: usize> {
    entries: BTreeMap<E::Key, E>,
}

impl<E: Entry, const N: usize> Registry<E, N> {
    /// Returns a registry without entries.
    #[must_use]
    pub const fn new() -> Self {
        Self { entries: BTreeMap::new() }
    }
}

impl<E: Entry, const N: usize> Default for Registry<E, N> {
    fn default() -> Self {
        Self::new()
    }
}

#[actor(mailbox = unbounded)]
impl<E, const N: usize> Registry<E, N>
where
    E: Entry + Clone + Debug + Sync,
{
    /// How many entries [`Self`] keeps.
    pub const CAPACITY: usize = N;

    /// Adds an entry, of at most [`Self::CAPACITY`].
    pub fn insert(&mut self, entry: E) -> bool {
        self.entries.len() < Self::CAPACITY && self.entries.insert(entry.key(), entry).is_none()
    }

    /// Returns the entry with the key, which [`Self::insert`] added.
    #[must_use]
    pub fn get(&self, key: E::Key) -> Option<E> {
        self.entries.get(&key).cloned()
    }

    /// Returns the entries with these keys.
    pub fn many(&self, keys: &[E::Key], reply: Reply<Vec<E>>) {
        reply.send(keys.iter().filter_map(|key| self.entries.get(key)).cloned().collect());
    }
}

/// Returns a call that is not sent yet.
pub fn lookup<E>(registry: &RegistryHandle<E>, key: E::Key) -> Lookup<'_, E, impl Asks<E>>
where
    E: Entry + Clone + Debug + Sync,
{
    registry.get(key)
}

/// A call of [`Registry::get`].
pub type Lookup<'a, E, R> = Call<'a, Option<E>, RegistryMessage<E>, R>;

/// The request of a [`Lookup`].
pub trait Asks<E: Entry + Clone + Debug + Sync>: Request<RegistryMessage<E>, Option<E>> {}

impl<E: Entry + Clone + Debug + Sync, R: Request<RegistryMessage<E>, Option<E>>> Asks<E> for R {}
