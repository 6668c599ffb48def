//! The subscribers of a name, and the messages that they have not been sent yet.

use std::collections::BTreeSet;

use bytes::{Bytes, BytesMut};

use crate::{
    frame::{Protocol, push},
    store::ClientId,
};

/// The subscribers of a name.
#[derive(Debug, Default)]
pub(super) struct Audience {
    pub(super) clients: BTreeSet<ClientId>,
    pub(super) burst: Burst,
}

/// Messages for all subscribers of a name, encoded once.
///
/// Each has a number. The messages that a client gets from several bursts are ordered by it.
#[derive(Debug, Default)]
pub(super) struct Burst {
    /// The messages in RESP2, one after another.
    bytes: BytesMut,
    /// The number of each message, and where it ends.
    ends: Vec<(u64, usize)>,
}

impl Burst {
    pub(super) fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Appends a message, and returns its size.
    pub(super) fn add(&mut self, number: u64, parts: &[&[u8]]) -> usize {
        let before = self.bytes.len();
        push(&mut self.bytes, Protocol::Resp2, parts);
        self.ends.push((number, self.bytes.len()));
        self.bytes.len() - before
    }

    fn messages(&self) -> impl Iterator<Item = (u64, &[u8])> {
        self.ends.iter().scan(0, |begin, (number, end)| {
            Some((*number, &self.bytes[std::mem::replace(begin, *end)..*end]))
        })
    }
}

/// What the clients get that are subscribed to one name and to no other with messages: they share it.
#[derive(Debug)]
pub(super) struct Delivery {
    burst: Burst,
    /// The encoded messages, indexed by [`Protocol`].
    shared: [Option<Bytes>; 2],
}

impl From<Burst> for Delivery {
    fn from(burst: Burst) -> Self {
        Self { burst, shared: [None, None] }
    }
}

impl Delivery {
    pub(super) fn share(&mut self, protocol: Protocol) -> Bytes {
        let burst = &self.burst;
        self.shared[protocol as usize]
            .get_or_insert_with(|| in_order(burst.messages(), protocol))
            .clone()
    }
}

/// Returns the messages of several deliveries in the order in which they were published.
pub(super) fn merge<'a>(
    deliveries: impl Iterator<Item = &'a Delivery>,
    protocol: Protocol,
) -> Bytes {
    let mut messages: Vec<_> = deliveries.flat_map(|delivery| delivery.burst.messages()).collect();
    messages.sort_unstable_by_key(|(number, _)| *number);
    in_order(messages.into_iter(), protocol)
}

fn in_order<'a>(messages: impl Iterator<Item = (u64, &'a [u8])>, protocol: Protocol) -> Bytes {
    let mut bytes = BytesMut::new();
    for (_, message) in messages {
        let begin = bytes.len();
        bytes.extend_from_slice(message);
        if protocol == Protocol::Resp3 {
            // The protocols differ in the first byte of a push frame.
            bytes[begin] = b'>';
        }
    }
    bytes.freeze()
}
