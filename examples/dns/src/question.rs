//! [`Question`]: what is asked, and the key of the cache.

use std::{
    fmt,
    hash::{Hash, Hasher},
};

use hickory_proto::{
    op::{Edns, Message, MessageType, OpCode, Query},
    rr::{DNSClass, Name, RecordType},
};

/// The size of UDP answers that servers are asked for, and that are sent to clients: it fits into one packet
/// of every common network, so that no answer arrives in fragments.
pub(crate) const UDP_SIZE: u16 = 1232;

/// The length of the longest name.
const MAX_NAME: usize = 255;

/// A name and a type, in class IN. Two questions are equal if their names differ in upper and lower case only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// An absolute name.
    pub name: Name,
    /// The type of the records.
    pub kind: RecordType,
    /// Whether DNSSEC records are wanted (the DO bit).
    pub dnssec_ok: bool,
    /// Whether the server shall not validate (the CD bit).
    pub checking_disabled: bool,
}

impl Question {
    /// A question without DNSSEC. `name` is made absolute.
    #[must_use]
    pub fn new(mut name: Name, kind: RecordType) -> Self {
        name.set_fqdn(true);
        Self { name, kind, dnssec_ok: false, checking_disabled: false }
    }

    /// Returns the query for a server, with this id and, if `has_edns`, with an OPT record.
    pub(crate) fn query(&self, id: u16, name: Name, has_edns: bool) -> Message {
        let mut message = Message::new(id, MessageType::Query, OpCode::Query);
        message.metadata.recursion_desired = true;
        message.metadata.checking_disabled = self.checking_disabled;
        message.add_query(Query::query(name, self.kind));
        if has_edns {
            let mut edns = Edns::new();
            edns.set_max_payload(UDP_SIZE).set_version(0).set_dnssec_ok(self.dnssec_ok);
            message.set_edns(edns);
        }
        message
    }

    /// Returns `true` if `message` has this question and no other.
    pub(crate) fn is_that_of(&self, message: &Message) -> bool {
        let [query] = &message.queries[..] else { return false };
        query.query_type == self.kind
            && query.query_class == DNSClass::IN
            && query.name == self.name
    }
}

/// As that of `Name` in lower case, but of all bytes at once, which is much faster.
impl Hash for Question {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let mut bytes = [0; MAX_NAME + 4];
        let mut length = 0;
        for label in self.name.iter() {
            // A name has 255 bytes with the lengths of its labels.
            let Some(rest) = bytes.get_mut(length..length + label.len() + 1) else { break };
            rest[0] = u8::try_from(label.len()).unwrap_or(0);
            rest[1..].copy_from_slice(label);
            length += rest.len();
        }
        bytes[..length].make_ascii_lowercase();
        let flags = u8::from(self.dnssec_ok) | u8::from(self.checking_disabled) << 1;
        let [high, low] = u16::from(self.kind).to_be_bytes();
        bytes[length..length + 3].copy_from_slice(&[high, low, flags]);
        state.write(&bytes[..length + 3]);
    }
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.kind)
    }
}
