//! One server: an actor for UDP, and another one for TCP, started when an answer was truncated.

mod sockets;
mod table;
pub(crate) mod tcp;
pub(crate) mod udp;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use hickory_proto::{
    op::{Message, MessageType, OpCode},
    rr::Name,
    serialize::binary::{BinDecodable, BinDecoder},
};

use crate::{error::Failure, network::Network, question::Question};

/// What came of asking a server once.
pub(crate) type Said = Result<Response, Lost>;

/// A response, and the number of its bytes.
#[derive(Clone, Debug)]
pub(crate) struct Response {
    pub(crate) message: Message,
    pub(crate) size: usize,
}

/// Why a server gave no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lost {
    /// The answer does not fit into a datagram.
    Truncated,
    Failed(Failure),
}

/// How to reach a server.
#[derive(Clone, Debug)]
pub(crate) struct Route {
    pub(crate) server: SocketAddr,
    pub(crate) network: Arc<dyn Network>,
    /// How long an answer is waited for.
    pub(crate) timeout: Duration,
    pub(crate) random_case: bool,
}

impl Route {
    /// Returns the name to send for a question.
    fn name(&self, question: &Question) -> Name {
        let mut name = question.name.clone();
        if self.random_case {
            name.randomize_label_case();
        }
        name
    }
}

/// Decodes a message. Returns `None` unless it is a response and ends where the bytes end.
fn decode(bytes: &[u8]) -> Option<Message> {
    let mut decoder = BinDecoder::new(bytes);
    let message = Message::read(&mut decoder).ok()?;
    let is_response = message.metadata.message_type == MessageType::Response
        && message.metadata.op_code == OpCode::Query;
    (decoder.is_empty() && is_response).then_some(message)
}

/// Returns the id of a message.
fn id_of(bytes: &[u8]) -> Option<u16> {
    Some(u16::from_be_bytes(*bytes.first_chunk()?))
}
