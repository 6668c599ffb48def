//! The store, an actor that holds all keys.
//!
//! A message holds one or more commands, which run without interruption: a pipeline that was read at once,
//! or a transaction. Expired keys are removed at their deadlines, and before a command that names them runs.
//!
//! Many keys that expire at once are removed in slices, and so is what large values consist of. Each slice is an
//! event, so messages are handled in between.
//!
//! The submodules `keys`, `strings`, `lists`, `hashes`, `sets`, `sorted` and `scan` implement the commands,
//! as functions of an `Access` and the arguments.

pub(crate) mod access;
pub(crate) mod blob;
pub(crate) mod blocking;
pub(crate) mod clock;
pub(crate) mod collections;
pub(crate) mod digest;
pub(crate) mod events;
pub(crate) mod expiry;
pub(crate) mod garbage;
pub(crate) mod hashes;
pub(crate) mod keys;
pub(crate) mod keyspace;
pub(crate) mod lcs;
pub(crate) mod lists;
pub(crate) mod ranked;
pub(crate) mod scan;
pub(crate) mod sets;
pub(crate) mod sorted;
pub(crate) mod strings;
pub(crate) mod value;
pub(crate) mod watch;

use std::{future::ready, time::Duration};

use actor_runtime::{Reply, actor};
use bytes::Bytes;
use tokio::task::yield_now;

use crate::{command::StoreCommand, frame::Frame, hub::HubHandle};

use self::{
    access::{Access, Fault},
    blocking::Popped,
    clock::Clock,
    events::Notifications,
    keyspace::{Keyspace, Sizes},
};

/// The maximum number of keys or elements that an event removes or frees.
const SLICE: usize = 256;

/// Identifies a connection. Ids are not reused.
pub type ClientId = u64;

/// A command to run.
#[derive(Clone, Debug)]
pub struct Request {
    /// The implementation of the command.
    pub(crate) command: StoreCommand,
    /// The database that the connection has selected.
    pub(crate) database: usize,
    /// The name of the command and its arguments.
    pub(crate) words: Vec<Bytes>,
}

/// Holds all keys and removes expired ones.
#[derive(Debug)]
pub struct Store {
    keyspace: Keyspace,
    /// The number of its life: a store that panics is restarted, without keys.
    life: u64,
}

#[actor(mailbox = 1024)]
impl Store {
    /// Creates a store with this number of empty databases.
    #[must_use]
    pub fn new(databases: usize) -> Self {
        Self::begin(databases, 0, Clock::system())
    }

    pub(crate) fn begin(databases: usize, life: u64, clock: Clock) -> Self {
        Self { keyspace: Keyspace::new(databases, clock), life }
    }

    /// Makes the store publish events of its keys.
    pub(crate) fn with_events(mut self, hub: HubHandle, enabled: Notifications) -> Self {
        self.keyspace.events.hub = Some(hub);
        self.keyspace.events.enabled = enabled;
        self
    }

    /// Runs commands in order, and returns their replies. No other message is handled in between.
    pub fn run(&mut self, requests: Vec<Request>) -> Vec<Frame> {
        self.keyspace.begin_message();
        let run = |request: &Request| {
            let frame = self.execute(request);
            blocking::serve(&mut self.keyspace);
            frame
        };
        let frames = requests.iter().map(run).collect();
        self.keyspace.events.publish();
        frames
    }

    /// Runs commands without serving the clients that wait for elements in between, and then serves them.
    pub fn run_together(&mut self, requests: Vec<Request>) -> Vec<Frame> {
        self.keyspace.begin_message();
        let frames = requests.iter().map(|request| self.execute(request)).collect();
        blocking::serve(&mut self.keyspace);
        self.keyspace.events.publish();
        frames
    }

    /// Removes an element, and waits for one if there is none. Other messages are handled meanwhile.
    ///
    /// An element that was removed for a caller that is gone is put back.
    #[cancel_safe(undelivered = put_back)]
    pub(crate) fn pop(&mut self, request: Request, reply: Reply<Popped>) {
        self.keyspace.begin_message();
        request.command.keys.of(&request.words).for_each(|key| {
            self.keyspace.forget(request.database, key);
        });
        blocking::pop_or_wait(&mut self.keyspace, &request, reply);
        blocking::serve(&mut self.keyspace);
        self.keyspace.events.publish();
    }

    fn put_back(&mut self, popped: Popped) {
        blocking::put_back(&mut self.keyspace, popped);
        self.keyspace.events.publish();
    }

    /// Ends all waits for elements with an error.
    pub(crate) fn end_waits(&mut self, fault: Fault) {
        self.keyspace.waiting.end(&fault);
    }

    /// Runs a transaction, or returns `None` if a key that the client watches was changed.
    ///
    /// A key was also changed if the store was restarted since the life in which it was watched. Ends all watches
    /// of the client in either case.
    pub fn run_if_unchanged(
        &mut self,
        client: ClientId,
        life: u64,
        requests: Vec<Request>,
    ) -> Option<Vec<Frame>> {
        self.keyspace.begin_message();
        for (database, key) in self.keyspace.watches.keys_of(client) {
            self.keyspace.forget(database, &key);
        }
        let is_unchanged = self.keyspace.watches.end(client) && life == self.life;
        is_unchanged.then(|| self.run_together(requests))
    }

    /// Watches keys until the next transaction of the client or until [`unwatch`](StoreHandle::unwatch), and returns
    /// the number of the store's life.
    pub fn watch(&mut self, client: ClientId, database: usize, keys: Vec<Bytes>) -> u64 {
        self.keyspace.begin_message();
        for key in keys {
            self.keyspace.forget(database, &key);
            self.keyspace.watches.begin(client, database, key);
        }
        self.keyspace.events.publish();
        self.life
    }

    /// Ends all watches of a client.
    #[handler(run_abandoned)]
    pub fn unwatch(&mut self, client: ClientId) {
        self.keyspace.watches.end(client);
    }

    /// Removes expired keys to free their memory. Commands do not rely on this event: an expired key is also
    /// removed before a command that names it runs.
    #[on(self.keyspace.expiry.due(), if self.keyspace.expires_actively)]
    async fn expire(&mut self, (): ()) {
        self.keyspace.forget_expired(SLICE);
        self.keyspace.events.publish();
        yield_now().await;
    }

    /// Frees what was removed.
    #[on(ready(()), if !self.keyspace.garbage.is_empty())]
    async fn free(&mut self, (): ()) {
        self.keyspace.garbage.free(SLICE);
        yield_now().await;
    }

    /// Sets whether keys are removed at their deadlines, or only when a command names them. For `DEBUG`.
    pub fn expire_actively(&mut self, is_active: bool) {
        self.keyspace.expires_actively = is_active;
    }

    /// Lets all messages wait, for `DEBUG SLEEP`.
    pub async fn sleep(&mut self, time: Duration) {
        tokio::time::sleep(time).await;
    }

    /// Returns a number for each key that is equal for equal values, for `DEBUG DIGEST-VALUE`.
    pub fn digests(&self, database: usize, keys: Vec<Bytes>) -> Vec<u64> {
        let digest = |key: &Bytes| {
            self.keyspace.get(database, key).map_or(0, |entry| digest::of(&entry.value))
        };
        keys.iter().map(digest).collect()
    }

    /// Panics, for `DEBUG PANIC`.
    pub fn panic(&mut self) {
        panic!("DEBUG PANIC");
    }

    /// Returns the sizes of all databases, and counters.
    pub fn sizes(&mut self) -> Sizes {
        self.keyspace.begin_message();
        self.keyspace.sizes()
    }
}

impl Store {
    fn execute(&mut self, request: &Request) -> Frame {
        let Request { command, database, words } = request;
        command.keys.of(words).for_each(|key| self.keyspace.forget(*database, key));
        let mut access = Access::new(&mut self.keyspace, *database, &words[0]);
        (command.run)(&mut access, &words[1..]).unwrap_or_else(Frame::from)
    }
}

#[cfg(test)]
mod tests;
