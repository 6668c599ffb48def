//! The hub, an actor that holds all subscriptions and delivers published messages.
//!
//! It reaches subscribers through weak handles and never waits for them. Messages are encoded once and gathered
//! per name. They are sent when the mailbox is empty, so a burst of messages reaches each writer as one, and
//! subscribers of the same names share the bytes.
//!
//! What was gathered is sent before any subscription changes. A subscriber therefore receives messages of a
//! channel only between the confirmations of subscribing and unsubscribing.

mod audience;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
};

use actor_runtime::actor;
use bytes::{Bytes, BytesMut};

use crate::{
    connection::AbortHandle,
    frame::{Frame, Protocol},
    glob,
    store::ClientId,
    writer::WeakOutbox,
};

use self::audience::{Audience, Delivery, merge};

/// The messages are sent once they have more bytes than this in total.
const MAX_BUFFERED: usize = 256 * 1024;

/// A kind of subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A channel.
    Channel,
    /// All channels that match a pattern.
    Pattern,
    /// A shard channel. Its name is independent of the other channels.
    Shard,
}

impl Kind {
    fn subscribed(self) -> &'static [u8] {
        match self {
            Self::Channel => b"subscribe",
            Self::Pattern => b"psubscribe",
            Self::Shard => b"ssubscribe",
        }
    }

    fn unsubscribed(self) -> &'static [u8] {
        match self {
            Self::Channel => b"unsubscribe",
            Self::Pattern => b"punsubscribe",
            Self::Shard => b"sunsubscribe",
        }
    }
}

/// A subscribing client, and the handles to reach it.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) client: ClientId,
    pub(crate) protocol: Protocol,
    pub(crate) outbox: WeakOutbox,
    pub(crate) abort_handle: AbortHandle,
}

impl Caller {
    /// Sends bytes to the client. Disconnects it and returns `false` if it reads too slowly.
    fn push(&self, bytes: Bytes) -> bool {
        let is_sent = self.outbox.push(bytes).is_ok();
        if !is_sent {
            let client = self.client;
            tracing::warn!("client {client} is disconnected: it does not read what is published");
            self.abort_handle.abort();
        }
        is_sent
    }
}

/// The number of subscriptions of a client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Subscriptions {
    /// The number of channels.
    pub channels: usize,
    /// The number of patterns.
    pub patterns: usize,
    /// The number of shard channels.
    pub shards: usize,
}

impl Subscriptions {
    /// Returns the number of all subscriptions.
    #[must_use]
    pub fn total(self) -> usize {
        self.channels + self.patterns + self.shards
    }
}

/// A message to publish.
#[derive(Clone, Debug)]
pub struct Post {
    pub(crate) is_sharded: bool,
    pub(crate) channel: Bytes,
    pub(crate) payload: Bytes,
}

/// A client with subscriptions.
#[derive(Debug)]
struct Subscriber {
    caller: Caller,
    /// The subscribed names, indexed by [`Kind`].
    names: [BTreeSet<Bytes>; 3],
}

impl Subscriber {
    fn new(caller: Caller) -> Self {
        Self { caller, names: Default::default() }
    }

    fn subscriptions(&self) -> Subscriptions {
        let [channels, patterns, shards] = &self.names;
        Subscriptions { channels: channels.len(), patterns: patterns.len(), shards: shards.len() }
    }

    /// Encodes the confirmation of a change. `word` is its name, such as `subscribe`.
    fn confirm(&self, kind: Kind, word: &[u8], name: Option<&[u8]>, out: &mut BytesMut) {
        let now = self.subscriptions();
        let count = if kind == Kind::Shard { now.shards } else { now.channels + now.patterns };
        let protocol = self.caller.protocol;
        let name = name.map_or(Frame::Null, |name| Frame::Bulk(Bytes::copy_from_slice(name)));
        let word = Frame::Bulk(Bytes::copy_from_slice(word));
        Frame::Push(vec![word, name, Frame::count(count)]).encode(protocol, out);
    }
}

/// Holds all subscriptions and delivers published messages.
#[derive(Debug, Default)]
pub struct Hub {
    subscribers: BTreeMap<ClientId, Subscriber>,
    /// The subscribers of each name, indexed by [`Kind`].
    audiences: [HashMap<Bytes, Audience>; 3],
    /// The names with messages that were not yet sent.
    waiting: Vec<(Kind, Bytes)>,
    /// The number of messages since the hub has started. One that matches several names counts for each.
    published: u64,
    /// The size of the messages that were not yet sent.
    gathered: usize,
    /// The clients that are shown all commands.
    monitors: BTreeMap<ClientId, Caller>,
    /// Their number, which connections read: if there is none, they report nothing.
    monitoring: Arc<AtomicUsize>,
}

impl Hub {
    /// Creates a hub that keeps the number of monitors in `monitoring`.
    pub(crate) fn new(monitoring: Arc<AtomicUsize>) -> Self {
        Self { monitoring, ..Self::default() }
    }
}

#[actor(mailbox = 1024)]
impl Hub {
    /// Subscribes a client to channels or patterns, and sends it the confirmations.
    pub(crate) fn subscribe(
        &mut self,
        caller: Caller,
        kind: Kind,
        names: Vec<Bytes>,
    ) -> Subscriptions {
        self.deliver();
        let client = caller.client;
        let audiences = &mut self.audiences[kind as usize];
        let subscriber = self.subscribers.entry(client).or_insert_with(|| Subscriber::new(caller));
        let mut confirmations = BytesMut::new();
        for name in names {
            // A slice would keep the client's whole read buffer in memory.
            let name = Bytes::copy_from_slice(&name);
            audiences.entry(name.clone()).or_default().clients.insert(client);
            subscriber.names[kind as usize].insert(name.clone());
            subscriber.confirm(kind, kind.subscribed(), Some(&name), &mut confirmations);
        }
        let subscriptions = subscriber.subscriptions();
        self.send(client, confirmations.freeze());
        subscriptions
    }

    /// Ends subscriptions of a client, and sends it the confirmations. Empty `names` means all of `kind`.
    pub(crate) fn unsubscribe(
        &mut self,
        caller: Caller,
        kind: Kind,
        names: Vec<Bytes>,
    ) -> Subscriptions {
        self.deliver();
        let client = caller.client;
        let subscriber = self.subscribers.entry(client).or_insert_with(|| Subscriber::new(caller));
        let mut confirmations = BytesMut::new();
        let mine = &mut subscriber.names[kind as usize];
        let names = if names.is_empty() { mine.iter().cloned().collect() } else { names };
        if names.is_empty() {
            subscriber.confirm(kind, kind.unsubscribed(), None, &mut confirmations);
        }
        for name in names {
            subscriber.names[kind as usize].remove(&name);
            remove(&mut self.audiences[kind as usize], &name, client);
            subscriber.confirm(kind, kind.unsubscribed(), Some(&name), &mut confirmations);
        }
        let subscriptions = subscriber.subscriptions();
        self.send(client, confirmations.freeze());
        if subscriptions.total() == 0 {
            self.subscribers.remove(&client);
        }
        subscriptions
    }

    /// Shows a client all commands from now on.
    pub(crate) fn monitor(&mut self, caller: Caller) {
        self.monitors.insert(caller.client, caller);
        self.monitoring.store(self.monitors.len(), Relaxed);
    }

    /// Shows lines to the clients that monitor.
    pub fn report(&mut self, lines: Bytes) {
        let is_gone = |caller: &Caller| !caller.push(lines.clone());
        let gone = self.monitors.values().filter(|caller| is_gone(caller));
        for client in gone.map(|caller| caller.client).collect::<Vec<_>>() {
            self.leave(client);
        }
    }

    /// Ends all subscriptions of a client without confirmations.
    pub fn leave(&mut self, client: ClientId) {
        if self.monitors.remove(&client).is_some() {
            self.monitoring.store(self.monitors.len(), Relaxed);
        }
        let Some(subscriber) = self.subscribers.remove(&client) else {
            return;
        };
        for (names, audiences) in subscriber.names.iter().zip(&mut self.audiences) {
            names.iter().for_each(|name| remove(audiences, name, client));
        }
    }

    /// Changes the protocol version of a subscriber, if it is one.
    pub fn speak(&mut self, client: ClientId, protocol: Protocol) {
        self.deliver();
        if let Some(subscriber) = self.subscribers.get_mut(&client) {
            subscriber.caller.protocol = protocol;
        }
    }

    /// Publishes messages, and returns the number of receivers of each.
    pub fn publish(&mut self, posts: Vec<Post>) -> Vec<usize> {
        let receivers = posts.iter().map(|post| self.post(post)).collect();
        if self.gathered > MAX_BUFFERED {
            self.deliver();
        }
        receivers
    }

    /// Returns the names of a kind that have subscribers and match the pattern, if there is one.
    pub fn channels(&self, kind: Kind, pattern: Option<Bytes>) -> Vec<Bytes> {
        let names = self.audiences[kind as usize].keys();
        let fits =
            |name: &&Bytes| pattern.as_ref().is_none_or(|pattern| glob::matches(pattern, name));
        names.filter(fits).cloned().collect()
    }

    /// Returns the number of subscribers of each name.
    pub fn listeners(&self, kind: Kind, names: Vec<Bytes>) -> Vec<usize> {
        let audiences = &self.audiences[kind as usize];
        let count = |name| audiences.get(name).map_or(0, |audience| audience.clients.len());
        names.iter().map(count).collect()
    }

    /// Returns the number of patterns that have subscribers.
    pub fn patterns(&self) -> usize {
        self.audiences[Kind::Pattern as usize].len()
    }

    /// Sends each subscriber what it has not been sent yet.
    #[on_idle]
    fn deliver(&mut self) {
        self.gathered = 0;
        let (mut deliveries, mut receivers) = (Vec::new(), Vec::new());
        for (kind, name) in self.waiting.drain(..) {
            // All of them may have left.
            if let Some(audience) = self.audiences[kind as usize].get_mut(&name) {
                let index = deliveries.len();
                receivers.extend(audience.clients.iter().map(|client| (*client, index)));
                deliveries.push(Delivery::from(std::mem::take(&mut audience.burst)));
            }
        }
        receivers.sort_unstable();
        for mine in receivers.chunk_by(|one, other| one.0 == other.0) {
            let (client, index) = mine[0];
            let Some(subscriber) = self.subscribers.get(&client) else {
                continue;
            };
            let protocol = subscriber.caller.protocol;
            let bytes = match mine {
                [_] => deliveries[index].share(protocol),
                _ => merge(mine.iter().map(|(_, index)| &deliveries[*index]), protocol),
            };
            self.send(client, bytes);
        }
    }

    /// Sends bytes to a subscriber.
    fn send(&mut self, client: ClientId, bytes: Bytes) {
        let subscriber = self.subscribers.get(&client);
        if subscriber.is_some_and(|subscriber| !subscriber.caller.push(bytes)) {
            self.leave(client);
        }
    }

    /// Gathers a message for its subscribers, and returns their number.
    fn post(&mut self, post: &Post) -> usize {
        let Self { audiences, waiting, published, gathered, .. } = self;
        let mut receivers = 0;
        let mut add = |kind: Kind, name: &Bytes, audience: &mut Audience, parts: &[&[u8]]| {
            if audience.burst.is_empty() {
                waiting.push((kind, name.clone()));
            }
            *published += 1;
            *gathered += audience.burst.add(*published, parts);
            receivers += audience.clients.len();
        };
        let (channel, payload) = (&post.channel, &post.payload);
        let [channels, patterns, shards] = audiences;
        if post.is_sharded {
            if let Some(audience) = shards.get_mut(channel) {
                add(Kind::Shard, channel, audience, &[b"smessage", channel, payload]);
            }
            return receivers;
        }
        if let Some(audience) = channels.get_mut(channel) {
            add(Kind::Channel, channel, audience, &[b"message", channel, payload]);
        }
        for (pattern, audience) in patterns {
            if glob::matches(pattern, channel) {
                add(Kind::Pattern, pattern, audience, &[b"pmessage", pattern, channel, payload]);
            }
        }
        receivers
    }
}

fn remove(audiences: &mut HashMap<Bytes, Audience>, name: &[u8], client: ClientId) {
    if let Some(audience) = audiences.get_mut(name) {
        audience.clients.remove(&client);
        if audience.clients.is_empty() {
            audiences.remove(name);
        }
    }
}

#[cfg(test)]
mod tests;
