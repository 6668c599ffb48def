//! The store: all keys, behind one actor.
//!
//! A connection sends the commands that it read together as one message, and a transaction is one
//! message too, so that nothing comes between its commands.

pub(crate) mod access;
pub(crate) mod clock;
pub(crate) mod collections;
pub(crate) mod expiry;
pub(crate) mod hashes;
pub(crate) mod keys;
pub(crate) mod keyspace;
pub(crate) mod lists;
pub(crate) mod scan;
pub(crate) mod sets;
pub(crate) mod sorted;
pub(crate) mod strings;
pub(crate) mod value;
pub(crate) mod watch;

use actor_runtime::actor;
use bytes::Bytes;

use crate::{command::StoreCommand, frame::Frame};

use self::{
    access::Access,
    keyspace::{Keyspace, Sizes},
};

/// Tells connections apart.
pub type ClientId = u64;

/// A command for the store.
#[derive(Clone, Debug)]
pub struct Request {
    /// What to do.
    pub(crate) command: StoreCommand,
    /// The database that its connection has selected.
    pub(crate) database: usize,
    /// The name of the command and what follows, as the client wrote them.
    pub(crate) words: Vec<Bytes>,
}

/// Keeps keys and values, and forgets what has expired.
#[derive(Debug)]
pub struct Store {
    keyspace: Keyspace,
}

#[actor(mailbox = 1024)]
impl Store {
    /// A store of empty databases.
    #[must_use]
    pub fn new(databases: usize) -> Self {
        Self { keyspace: Keyspace::new(databases) }
    }

    /// Runs commands, one after the other and with nothing in between.
    pub fn run(&mut self, requests: Vec<Request>) -> Vec<Frame> {
        self.keyspace.forget_expired();
        requests.iter().map(|request| self.execute(request)).collect()
    }

    /// Runs a transaction, unless a key that its client watches was changed. Then the answer is `None`.
    pub fn run_if_unchanged(
        &mut self,
        client: ClientId,
        requests: Vec<Request>,
    ) -> Option<Vec<Frame>> {
        self.keyspace.forget_expired();
        let is_unchanged = self.keyspace.watches.end(client);
        is_unchanged.then(|| requests.iter().map(|request| self.execute(request)).collect())
    }

    /// Watches keys, until the next transaction of that client or until it says otherwise.
    pub fn watch(&mut self, client: ClientId, database: usize, keys: Vec<Bytes>) {
        self.keyspace.forget_expired();
        for key in keys {
            self.keyspace.watches.begin(client, database, key);
        }
    }

    /// Watches nothing more for a client.
    #[handler(run_abandoned)]
    pub fn unwatch(&mut self, client: ClientId) {
        self.keyspace.watches.end(client);
    }

    /// Forgets keys whose time is over. Nobody would see them anyway; this is for their memory.
    #[on(self.keyspace.expiry.due())]
    fn expire(&mut self, (): ()) {
        self.keyspace.forget_expired();
    }

    /// How much there is.
    pub fn sizes(&mut self) -> Sizes {
        self.keyspace.forget_expired();
        self.keyspace.sizes()
    }
}

impl Store {
    fn execute(&mut self, request: &Request) -> Frame {
        let Request { command, database, words } = request;
        let mut access = Access::new(&mut self.keyspace, *database, &words[0]);
        (command.0)(&mut access, &words[1..]).unwrap_or_else(Frame::from)
    }
}
