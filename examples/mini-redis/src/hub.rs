//! The hub: who is subscribed to what, and the way of a message from its publisher to the subscribers.
//!
//! It holds subscribers weakly and never waits for one. What it has for a subscriber it gathers, and sends
//! when its mailbox has run empty: a burst of messages is one message to each writer, and one write.
//!
//! Confirmations go the same way as messages. So a subscriber sees nothing of a channel before it is told
//! that it is subscribed, and nothing after it is told that it is not.

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

/// So much is gathered at most, over all subscribers, before it is sent.
const MAX_BUFFERED: usize = 256 * 1024;

/// What can be subscribed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A channel.
    Channel,
    /// All channels that fit a pattern.
    Pattern,
    /// A channel of a cluster; a world of its own.
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

/// Who subscribes, and how it is reached.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) client: ClientId,
    pub(crate) protocol: Protocol,
    pub(crate) outbox: WeakOutbox,
    pub(crate) abort_handle: AbortHandle,
}

/// How much a client is subscribed to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Subscriptions {
    /// Channels.
    pub channels: usize,
    /// Patterns.
    pub patterns: usize,
    /// Channels of a cluster.
    pub shards: usize,
}

impl Subscriptions {
    /// All of them.
    #[must_use]
    pub fn total(self) -> usize {
        self.channels + self.patterns + self.shards
    }
}

/// A message for all subscribers of a channel.
#[derive(Clone, Debug)]
pub struct Post {
    pub(crate) is_sharded: bool,
    pub(crate) channel: Bytes,
    pub(crate) payload: Bytes,
}

/// A client that is subscribed to something.
#[derive(Debug)]
struct Subscriber {
    caller: Caller,
    /// By [`Kind`].
    names: [BTreeSet<Bytes>; 3],
    /// What it is sent next.
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

    /// Tells it that it is subscribed to `name`, or not any more.
    fn confirm(&mut self, kind: Kind, word: &[u8], name: Option<&[u8]>) {
        let now = self.subscriptions();
        let count = if kind == Kind::Shard { now.shards } else { now.channels + now.patterns };
        let protocol = self.caller.protocol;
        let name = name.map_or(Frame::Null, |name| Frame::Bulk(Bytes::copy_from_slice(name)));
        let word = Frame::Bulk(Bytes::copy_from_slice(word));
        Frame::Push(vec![word, name, Frame::count(count)]).encode(protocol, &mut self.gathered);
    }
}

/// Who listens to a name.
type Audience = HashMap<Bytes, BTreeSet<ClientId>>;

/// Knows all subscriptions, and delivers what is published.
#[derive(Debug, Default)]
pub struct Hub {
    subscribers: BTreeMap<ClientId, Subscriber>,
    /// By [`Kind`].
    audiences: [Audience; 3],
    /// Those for whom something is gathered.
    waiting: BTreeSet<ClientId>,
    gathered: usize,
}

#[actor(mailbox = 1024)]
impl Hub {
    /// Subscribes a client to channels or patterns, and tells it.
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
            // A slice would keep all of what its client had sent.
            let name = Bytes::copy_from_slice(&name);
            audience.entry(name.clone()).or_default().insert(client);
            subscriber.names[kind as usize].insert(name.clone());
            subscriber.confirm(kind, kind.subscribed(), Some(&name));
        }
        let subscriptions = subscriber.subscriptions();
        self.deliver_to(client);
        subscriptions
    }

    /// Ends subscriptions of a client, all of a kind if none is named, and tells it.
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

    /// Forgets a client without telling it.
    pub fn leave(&mut self, client: ClientId) {
        let Some(subscriber) = self.subscribers.remove(&client) else {
            return;
        };
        self.waiting.remove(&client);
        for (names, audience) in subscriber.names.iter().zip(&mut self.audiences) {
            names.iter().for_each(|name| remove(audience, name, client));
        }
    }

    /// A client that is subscribed speaks another version of RESP from here on.
    pub fn speak(&mut self, client: ClientId, protocol: Protocol) {
        if let Some(subscriber) = self.subscribers.get_mut(&client) {
            subscriber.caller.protocol = protocol;
        }
    }

    /// Publishes messages, and says how many subscribers each of them has.
    pub fn publish(&mut self, posts: Vec<Post>) -> Vec<usize> {
        let receivers = posts.iter().map(|post| self.post(post)).collect();
        if self.gathered > MAX_BUFFERED {
            self.deliver();
        }
        receivers
    }

    /// The channels that have subscribers and fit a pattern.
    pub fn channels(&self, kind: Kind, pattern: Option<Bytes>) -> Vec<Bytes> {
        let names = self.audiences[kind as usize].keys();
        let fits =
            |name: &&Bytes| pattern.as_ref().is_none_or(|pattern| glob::matches(pattern, name));
        names.filter(fits).cloned().collect()
    }

    /// How many subscribers each of some channels has.
    pub fn listeners(&self, kind: Kind, names: Vec<Bytes>) -> Vec<usize> {
        let audience = &self.audiences[kind as usize];
        names.iter().map(|name| audience.get(name).map_or(0, BTreeSet::len)).collect()
    }

    /// How many patterns there are that somebody is subscribed to.
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

    /// Sends a subscriber what was gathered. One that reads too slowly is cut off.
    fn deliver_to(&mut self, client: ClientId) {
        let Some(subscriber) = self.subscribers.get_mut(&client) else {
            return;
        };
        let bytes = subscriber.gathered.split().freeze();
        if !bytes.is_empty() && subscriber.caller.outbox.push(bytes).is_err() {
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
