//! Notifications of changes to keys, which clients subscribe to: `notify-keyspace-events`.
//!
//! The events of a message are published together when it has been handled.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering::Relaxed},
};

use bytes::Bytes;

use crate::hub::{HubHandle, Post};

/// The characters of `notify-keyspace-events`, in the order in which it is shown. The last ones say on which
/// channels events are published; the others are classes of events.
const CHARACTERS: &[u8] = b"g$lshzxetdnKE";

/// The classes that `A` stands for.
const ALL: &[u8] = b"g$lshzxetd";

/// A class of events, by its character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    Generic = b'g' as isize,
    String = b'$' as isize,
    List = b'l' as isize,
    Set = b's' as isize,
    Hash = b'h' as isize,
    Sorted = b'z' as isize,
    Expired = b'x' as isize,
    New = b'n' as isize,
}

/// What has happened to a key.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Event(pub(crate) Class, pub(crate) &'static str);

impl Event {
    pub(crate) const DEL: Self = Self(Class::Generic, "del");
    pub(crate) const NEW: Self = Self(Class::New, "new");
    pub(crate) const SET: Self = Self(Class::String, "set");
    pub(crate) const EXPIRE: Self = Self(Class::Generic, "expire");
    pub(crate) const EXPIRED: Self = Self(Class::Expired, "expired");
}

/// Which events are published. Shared by the store and the connections, which set it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Notifications(Arc<AtomicU32>);

fn bit(character: u8) -> u32 {
    CHARACTERS.iter().position(|known| *known == character).map_or(0, |place| 1 << place)
}

fn bits(characters: &[u8]) -> u32 {
    characters.iter().fold(0, |bits, character| bits | bit(*character))
}

impl Notifications {
    /// Sets the value of `notify-keyspace-events`. Returns `false` if a character is unknown.
    pub(crate) fn set(&self, characters: &[u8]) -> bool {
        let is_known = |character: &u8| *character == b'A' || bit(*character) > 0;
        let is_valid = characters.iter().all(is_known);
        if is_valid {
            let all = if characters.contains(&b'A') { bits(ALL) } else { 0 };
            self.0.store(bits(characters) | all, Relaxed);
        }
        is_valid
    }

    /// Returns the value of `notify-keyspace-events`.
    pub(crate) fn text(&self) -> String {
        let enabled = self.0.load(Relaxed);
        let is_all = enabled & bits(ALL) == bits(ALL);
        let (all, rest): (&str, &[u8]) = if is_all { ("A", b"KE") } else { ("", CHARACTERS) };
        let rest = rest.iter().filter(|character| enabled & bit(**character) > 0);
        all.chars().chain(rest.map(|character| char::from(*character))).collect()
    }

    fn has(&self, character: u8) -> bool {
        self.0.load(Relaxed) & bit(character) > 0
    }
}

/// The events that were not yet published.
#[derive(Debug, Default)]
pub(crate) struct Events {
    pub(crate) enabled: Notifications,
    pub(crate) hub: Option<HubHandle>,
    posts: Vec<Post>,
}

impl Events {
    pub(crate) fn notify(&mut self, Event(class, name): Event, database: usize, key: &[u8]) {
        if !self.enabled.has(class as u8) {
            return;
        }
        let mut post = |kind: &str, name: &[u8], payload: Bytes| {
            let mut channel = format!("__{kind}@{database}__:").into_bytes();
            channel.extend_from_slice(name);
            self.posts.push(Post { is_sharded: false, channel: channel.into(), payload });
        };
        if self.enabled.has(b'K') {
            post("keyspace", key, Bytes::from_static(name.as_bytes()));
        }
        if self.enabled.has(b'E') {
            post("keyevent", name.as_bytes(), Bytes::copy_from_slice(key));
        }
    }

    /// Publishes the events. Their subscribers are not waited for.
    pub(crate) fn publish(&mut self) {
        let posts = std::mem::take(&mut self.posts);
        if let Some(hub) = self.hub.as_ref().filter(|_| !posts.is_empty()) {
            // An error means that the hub has ended, and all subscribers with it.
            let _ = hub.publish(posts).cast_now();
        }
    }
}
