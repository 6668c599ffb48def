//! The hub, an actor that holds all subscriptions and delivers published messages.
//!
//! It reaches subscribers through weak handles and never waits for them. Messages are buffered per
//! subscriber and sent when the mailbox is empty, so a burst of messages reaches each writer as one.
//!
//! Confirmations of subscribing and unsubscribing use the same buffers. A subscriber therefore receives
//! messages of a channel only between the two confirmations.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use actor_runtime::actor;
use bytes::{Bytes, BytesMut};

use crate::{
    connection::AbortHandle,
    frame::{Frame, Protocol, push},
    glob,
    store::ClientId,
    writer::WeakOutbox,
};

/// The buffers are sent once they have more bytes than this in total.
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
    /// Encoded messages that were not yet sent.
    gathered: BytesMut,
}

impl Subscriber {
    fn new(caller: Caller) -> Self {
        Self { caller, names: Default::default(), gathered: BytesMut::new() }
    }

    fn subscriptions(&self) -> Subscriptions {
        let [channels, patterns, shards] = &self.names;
        Subscriptions { channels: channels.len(), patterns: patterns.len(), shards: shards.len() }
    }

    /// Buffers the confirmation of a change. `word` is its name, such as `subscribe`.
    fn confirm(&mut self, kind: Kind, word: &[u8], name: Option<&[u8]>) {
        let now = self.subscriptions();
        let count = if kind == Kind::Shard { now.shards } else { now.channels + now.patterns };
        let protocol = self.caller.protocol;
        let name = name.map_or(Frame::Null, |name| Frame::Bulk(Bytes::copy_from_slice(name)));
        let word = Frame::Bulk(Bytes::copy_from_slice(word));
        Frame::Push(vec![word, name, Frame::count(count)]).encode(protocol, &mut self.gathered);
    }
}

/// The subscribers of each name.
type Audience = HashMap<Bytes, BTreeSet<ClientId>>;

/// Holds all subscriptions and delivers published messages.
#[derive(Debug, Default)]
pub struct Hub {
    subscribers: BTreeMap<ClientId, Subscriber>,
    /// The subscribers of each name, indexed by [`Kind`].
    audiences: [Audience; 3],
    /// The subscribers whose buffers may hold published messages.
    waiting: BTreeSet<ClientId>,
    /// The number of bytes buffered since the last delivery to all of them.
    gathered: usize,
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
        let client = caller.client;
        let audience = &mut self.audiences[kind as usize];
        let subscriber = self.subscribers.entry(client).or_insert_with(|| Subscriber::new(caller));
        for name in names {
            // A slice would keep the client's whole read buffer in memory.
            let name = Bytes::copy_from_slice(&name);
            audience.entry(name.clone()).or_default().insert(client);
            subscriber.names[kind as usize].insert(name.clone());
            subscriber.confirm(kind, kind.subscribed(), Some(&name));
        }
        let subscriptions = subscriber.subscriptions();
        self.deliver_to(client);
        subscriptions
    }

    /// Ends subscriptions of a client, and sends it the confirmations. Empty `names` means all of `kind`.
    pub(crate) fn unsubscribe(
        &mut self,
        caller: Caller,
        kind: Kind,
        names: Vec<Bytes>,
    ) -> Subscriptions {
        let client = caller.client;
        let subscriber = self.subscribers.entry(client).or_insert_with(|| Subscriber::new(caller));
        let mine = &mut subscriber.names[kind as usize];
        let names = if names.is_empty() { mine.iter().cloned().collect() } else { names };
        if names.is_empty() {
            subscriber.confirm(kind, kind.unsubscribed(), None);
        }
        for name in names {
            subscriber.names[kind as usize].remove(&name);
            remove(&mut self.audiences[kind as usize], &name, client);
            subscriber.confirm(kind, kind.unsubscribed(), Some(&name));
        }
        let subscriptions = subscriber.subscriptions();
        self.deliver_to(client);
        if subscriptions.total() == 0 {
            self.subscribers.remove(&client);
        }
        subscriptions
    }

    /// Ends all subscriptions of a client without confirmations.
    pub fn leave(&mut self, client: ClientId) {
        let Some(subscriber) = self.subscribers.remove(&client) else {
            return;
        };
        self.waiting.remove(&client);
        for (names, audience) in subscriber.names.iter().zip(&mut self.audiences) {
            names.iter().for_each(|name| remove(audience, name, client));
        }
    }

    /// Changes the protocol version of a subscriber, if it is one.
    pub fn speak(&mut self, client: ClientId, protocol: Protocol) {
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
        let audience = &self.audiences[kind as usize];
        names.iter().map(|name| audience.get(name).map_or(0, BTreeSet::len)).collect()
    }

    /// Returns the number of patterns that have subscribers.
    pub fn patterns(&self) -> usize {
        self.audiences[Kind::Pattern as usize].len()
    }

    #[on_idle]
    fn deliver(&mut self) {
        self.gathered = 0;
        for client in std::mem::take(&mut self.waiting) {
            self.deliver_to(client);
        }
    }

    /// Sends the buffer of a subscriber. Disconnects the subscriber if it reads too slowly.
    fn deliver_to(&mut self, client: ClientId) {
        let Some(subscriber) = self.subscribers.get_mut(&client) else {
            return;
        };
        let bytes = std::mem::take(&mut subscriber.gathered);
        if !bytes.is_empty() && subscriber.caller.outbox.push(bytes).is_err() {
            tracing::warn!("client {client} is disconnected: it does not read what is published");
            subscriber.caller.abort_handle.abort();
            self.leave(client);
        }
    }

    fn post(&mut self, post: &Post) -> usize {
        let Self { subscribers, audiences, waiting, gathered } = self;
        let [channels, patterns, shards] = audiences;
        let mut receivers = 0;
        let mut give = |client: &ClientId, parts: &[&[u8]]| {
            let Some(subscriber) = subscribers.get_mut(client) else {
                return;
            };
            receivers += 1;
            let before = subscriber.gathered.len();
            push(&mut subscriber.gathered, subscriber.caller.protocol, parts);
            *gathered += subscriber.gathered.len() - before;
            if before == 0 {
                waiting.insert(*client);
            }
        };
        let (channel, payload) = (&post.channel, &post.payload);
        if post.is_sharded {
            for client in shards.get(channel).into_iter().flatten() {
                give(client, &[b"smessage", channel, payload]);
            }
            return receivers;
        }
        for client in channels.get(channel).into_iter().flatten() {
            give(client, &[b"message", channel, payload]);
        }
        for (pattern, clients) in patterns.iter().filter(|(name, _)| glob::matches(name, channel)) {
            for client in clients {
                give(client, &[b"pmessage", pattern, channel, payload]);
            }
        }
        receivers
    }
}

fn remove(audience: &mut Audience, name: &[u8], client: ClientId) {
    if let Some(clients) = audience.get_mut(name) {
        clients.remove(&client);
        if clients.is_empty() {
            audience.remove(name);
        }
    }
}
