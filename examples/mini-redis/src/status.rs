//! The state of a connection as shown by `CLIENT LIST`.
//!
//! The connection updates it and the server reads it, concurrently. No field depends on another, so
//! relaxed atomics are enough.

use std::{
    net::SocketAddr,
    sync::atomic::{AtomicBool, AtomicI64, AtomicU64, AtomicUsize, Ordering::Relaxed},
};

use bytes::Bytes;
use tokio::time::Instant;

use crate::{
    command::{COMMANDS, Command},
    frame::Protocol,
    hub::Subscriptions,
    store::ClientId,
};

/// The status of one connection.
#[derive(Debug)]
pub(crate) struct ClientStatus {
    pub(crate) id: ClientId,
    pub(crate) peer: SocketAddr,
    pub(crate) local: SocketAddr,
    since: Instant,
    /// When the connection last read from its client, in seconds after `since`.
    active: AtomicU64,
    /// The index in [`COMMANDS`] of the last command, or `COMMANDS.len()` before the first one.
    command: AtomicUsize,
    /// The index of its subcommand, or `usize::MAX`.
    subcommand: AtomicUsize,
    /// The size of the command that asks for the status, in bytes.
    query: AtomicUsize,
    database: AtomicUsize,
    protocol: AtomicI64,
    channels: AtomicUsize,
    patterns: AtomicUsize,
    shards: AtomicUsize,
    /// Whether it waits for an element.
    is_waiting: AtomicBool,
    /// Whether it is shown all commands.
    is_monitor: AtomicBool,
    /// The number of commands queued for `EXEC`, or -1 outside of a transaction.
    queued: AtomicI64,
}

impl ClientStatus {
    pub(crate) fn new(id: ClientId, peer: SocketAddr, local: SocketAddr) -> Self {
        Self {
            id,
            peer,
            local,
            since: Instant::now(),
            active: AtomicU64::new(0),
            command: AtomicUsize::new(COMMANDS.len()),
            subcommand: AtomicUsize::new(usize::MAX),
            query: AtomicUsize::new(0),
            database: AtomicUsize::new(0),
            protocol: AtomicI64::new(Protocol::default().number()),
            channels: AtomicUsize::new(0),
            patterns: AtomicUsize::new(0),
            shards: AtomicUsize::new(0),
            is_waiting: AtomicBool::new(false),
            is_monitor: AtomicBool::new(false),
            queued: AtomicI64::new(-1),
        }
    }

    pub(crate) fn touch(&self) {
        self.active.store(self.since.elapsed().as_secs(), Relaxed);
    }

    pub(crate) fn set_command(&self, command: &'static Command, words: &[Bytes]) {
        self.command.store(command.index(), Relaxed);
        let subcommand = command.subcommand_index(words).unwrap_or(usize::MAX);
        self.subcommand.store(subcommand, Relaxed);
    }

    pub(crate) fn set_query(&self, size: usize) {
        self.query.store(size, Relaxed);
    }

    pub(crate) fn set_monitor(&self, is_monitor: bool) {
        self.is_monitor.store(is_monitor, Relaxed);
    }

    pub(crate) fn set_database(&self, database: usize) {
        self.database.store(database, Relaxed);
    }

    pub(crate) fn set_protocol(&self, protocol: Protocol) {
        self.protocol.store(protocol.number(), Relaxed);
    }

    pub(crate) fn set_subscriptions(&self, subscriptions: Subscriptions) {
        self.channels.store(subscriptions.channels, Relaxed);
        self.patterns.store(subscriptions.patterns, Relaxed);
        self.shards.store(subscriptions.shards, Relaxed);
    }

    pub(crate) fn set_queued(&self, commands: Option<usize>) {
        let queued = commands.map_or(-1, |commands| i64::try_from(commands).unwrap_or(i64::MAX));
        self.queued.store(queued, Relaxed);
    }

    pub(crate) fn set_waiting(&self, is_waiting: bool) {
        self.is_waiting.store(is_waiting, Relaxed);
    }

    pub(crate) fn is_subscriber(&self) -> bool {
        [&self.channels, &self.patterns, &self.shards].iter().any(|count| count.load(Relaxed) > 0)
    }

    /// Returns a line of `CLIENT LIST`.
    ///
    /// `attributes` is indexed by [`Attribute`](crate::server::Attribute); `unread` is the number of
    /// bytes that wait to be written to the client.
    pub(crate) fn line(&self, attributes: &[String; 3], unread: usize) -> String {
        let age = self.since.elapsed().as_secs();
        let idle = age.saturating_sub(self.active.load(Relaxed));
        let queued = self.queued.load(Relaxed);
        let mut flags = String::new();
        if self.is_monitor.load(Relaxed) {
            flags.push('O');
        }
        if self.is_subscriber() {
            flags.push('P');
        }
        if self.is_waiting.load(Relaxed) {
            flags.push('b');
        }
        if queued >= 0 {
            flags.push('x');
        }
        if flags.is_empty() {
            flags.push('N');
        }
        let command = COMMANDS.get(self.command.load(Relaxed));
        let subcommand = |command: &Command| command.subcommands.get(self.subcommand.load(Relaxed));
        let command = command.map_or("NULL".to_owned(), |command| match subcommand(command) {
            Some(subcommand) => format!("{}|{}", command.name, subcommand.name),
            None => command.name.to_owned(),
        });
        let query = self.query.load(Relaxed);
        let Self { id, peer, local, .. } = self;
        let [name, library, version] = attributes;
        let (database, protocol) = (self.database.load(Relaxed), self.protocol.load(Relaxed));
        let (channels, patterns) = (self.channels.load(Relaxed), self.patterns.load(Relaxed));
        let shards = self.shards.load(Relaxed);
        format!(
            "id={id} addr={peer} laddr={local} fd=0 name={name} age={age} idle={idle} flags={flags} \
             db={database} sub={channels} psub={patterns} ssub={shards} multi={queued} qbuf={query} \
             qbuf-free=0 argv-mem=0 multi-mem=0 rbs=0 rbp=0 obl=0 oll=0 omem={unread} tot-mem=0 \
             events=r cmd={command} user=default redir=-1 resp={protocol} lib-name={library} \
             lib-ver={version}\n"
        )
    }
}
