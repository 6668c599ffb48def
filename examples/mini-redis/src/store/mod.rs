//! The store, an actor that holds all keys.
//!
//! A message holds one or more commands, which run without interruption: a pipeline that was read at once,
//! or a transaction. Expired keys are removed at their deadlines, and before commands run.
//!
//! The submodules `keys`, `strings`, `lists`, `hashes`, `sets`, `sorted` and `scan` implement the commands,
//! as functions of an `Access` and the arguments.

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
    clock::Clock,
    keyspace::{Keyspace, Sizes},
};

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

    /// Runs commands in order, and returns their replies. No other message is handled in between.
    pub fn run(&mut self, requests: Vec<Request>) -> Vec<Frame> {
        self.keyspace.forget_expired();
        requests.iter().map(|request| self.execute(request)).collect()
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
        self.keyspace.forget_expired();
        let is_unchanged = self.keyspace.watches.end(client) && life == self.life;
        is_unchanged.then(|| requests.iter().map(|request| self.execute(request)).collect())
    }

    /// Watches keys until the next transaction of the client or until [`unwatch`](StoreHandle::unwatch), and returns
    /// the number of the store's life.
    pub fn watch(&mut self, client: ClientId, database: usize, keys: Vec<Bytes>) -> u64 {
        self.keyspace.forget_expired();
        for key in keys {
            self.keyspace.watches.begin(client, database, key);
        }
        self.life
    }

    /// Ends all watches of a client.
    #[handler(run_abandoned)]
    pub fn unwatch(&mut self, client: ClientId) {
        self.keyspace.watches.end(client);
    }

    /// Removes expired keys to free their memory. Commands do not rely on this event: expired keys are also
    /// removed before they run.
    #[on(self.keyspace.expiry.due())]
    fn expire(&mut self, (): ()) {
        self.keyspace.forget_expired();
    }

    /// Panics, for `DEBUG PANIC`.
    pub fn panic(&mut self) {
        panic!("DEBUG PANIC");
    }

    /// Returns the sizes of all databases, and counters.
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

#[cfg(test)]
mod tests {
    use std::{
        sync::{
            Arc,
            atomic::{AtomicI64, Ordering::Relaxed},
        },
        time::{Duration, UNIX_EPOCH},
    };

    use actor_runtime::{ActorHandle, spawn};
    use tokio::time::{Instant, advance};

    use super::*;
    use crate::command::{Command, Run};

    /// The time when the tests begin, in seconds since the Unix epoch.
    const BEGIN: i64 = 1_700_000_000;

    /// Spawns a store whose system time follows the paused time of the test, and is ahead of it by as many
    /// seconds as the second value says.
    fn start() -> (StoreHandle, Arc<AtomicI64>) {
        let (begun, ahead) = (Instant::now(), Arc::new(AtomicI64::new(0)));
        let seconds = ahead.clone();
        let clock = Clock::reading(move || {
            let seconds = u64::try_from(BEGIN + seconds.load(Relaxed)).expect("after the epoch");
            UNIX_EPOCH + Duration::from_secs(seconds) + begun.elapsed()
        });
        (spawn(Store::begin(1, 0, clock)), ahead)
    }

    fn request(line: &'static str) -> Request {
        let words: Vec<Bytes> = line.split(' ').map(Bytes::from).collect();
        match Command::of(&words).expect("a command").run {
            Run::Store(command) => Request { command, database: 0, words },
            other => panic!("{line} is no command of the store: {other:?}"),
        }
    }

    async fn run(store: &StoreHandle, line: &'static str) -> Frame {
        store.run(vec![request(line)]).await.expect("the store runs").remove(0)
    }

    #[tokio::test(start_paused = true)]
    async fn a_key_is_removed_at_its_deadline_without_being_accessed() {
        let (store, _) = start();
        run(&store, "SET late x PX 300").await;
        run(&store, "SET early x PX 100").await;
        run(&store, "SET stays x").await;
        // A deadline that is changed, one that is removed, and one of a key that is deleted.
        run(&store, "SET moved x PX 50").await;
        run(&store, "PEXPIRE moved 200").await;
        run(&store, "SET kept x PX 50").await;
        run(&store, "PERSIST kept").await;
        run(&store, "SET deleted x PX 50").await;
        run(&store, "DEL deleted").await;

        let mut removed = Vec::new();
        for _ in 0..400 {
            advance(Duration::from_millis(1)).await;
            tokio::task::yield_now().await;
            removed.push(store.stats().counts.events);
        }
        assert_eq!([removed[98], removed[99]], [0, 1], "early");
        assert_eq!([removed[198], removed[199]], [1, 2], "moved");
        assert_eq!([removed[298], removed[299]], [2, 3], "late");
        assert_eq!(removed[399], 3);
        assert_eq!(run(&store, "DBSIZE").await, Frame::Integer(2));
    }

    #[tokio::test(start_paused = true)]
    async fn an_expired_key_is_not_seen_before_it_is_removed() {
        let (store, _) = start();
        run(&store, "SET k x PX 100").await;
        advance(Duration::from_millis(99)).await;
        assert_eq!(run(&store, "PTTL k").await, Frame::Integer(1));
        advance(Duration::from_millis(1)).await;
        // The store has not been polled since, so its timer has not fired.
        assert_eq!(run(&store, "EXISTS k").await, Frame::Integer(0));
    }

    #[tokio::test(start_paused = true)]
    async fn a_transaction_does_not_run_if_a_watched_key_has_expired() {
        let (store, _) = start();
        run(&store, "SET k x PX 100").await;
        store.watch(1, 0, vec![Bytes::from("k")]).await.unwrap();
        store.watch(2, 0, vec![Bytes::from("other")]).await.unwrap();
        advance(Duration::from_millis(100)).await;
        assert_eq!(store.run_if_unchanged(1, 0, vec![request("DBSIZE")]).await.unwrap(), None);
        let zero = Some(vec![Frame::Integer(0)]);
        assert_eq!(store.run_if_unchanged(2, 0, vec![request("DBSIZE")]).await.unwrap(), zero);
        assert_eq!(store.run_if_unchanged(1, 0, vec![request("DBSIZE")]).await.unwrap(), zero);
    }

    #[tokio::test(start_paused = true)]
    async fn deadlines_follow_the_system_time_when_it_is_set() {
        let (store, ahead) = start();
        run(&store, "SET k x EX 100").await;
        run(&store, "SET l x EX 1000").await;
        ahead.store(-50, Relaxed);
        assert_eq!(run(&store, "TTL k").await, Frame::Integer(150));
        ahead.store(99, Relaxed);
        assert_eq!(run(&store, "PTTL k").await, Frame::Integer(1000));
        ahead.store(100, Relaxed);
        assert_eq!(run(&store, "EXISTS k").await, Frame::Integer(0));
        assert_eq!(run(&store, "EXPIRETIME l").await, Frame::Integer(BEGIN + 1000));
    }

    #[tokio::test(start_paused = true)]
    async fn keys_are_removed_soon_after_the_system_time_was_set() {
        let (store, ahead) = start();
        run(&store, "SET k x EX 1000").await;
        advance(Duration::from_millis(10)).await;
        // As after a suspend: the monotonic clock has not advanced.
        ahead.store(1000, Relaxed);
        let events = || store.stats().counts.events;
        for _ in 0..110 {
            advance(Duration::from_millis(10)).await;
            tokio::task::yield_now().await;
        }
        assert_eq!(events(), 1);
    }
}
