//! [`Query`]: what a client asks for, and the responses that need no resolver.

use hickory_proto::{
    op::{Message, ResponseCode},
    rr::{DNSClass, RecordType},
    serialize::binary::{BinDecodable, BinDecoder, BinEncodable, BinEncoder},
};
use tokio::time::Instant;

use crate::{
    core::Outcome,
    question::{Question, UDP_SIZE},
    wire::{Wanted, write_opt},
};

/// A response without EDNS has this size at most, over UDP.
const PLAIN_SIZE: u16 = 512;
const HEADER: usize = 12;

/// What is to be done with a message from a client.
#[derive(Debug)]
pub(super) enum Query {
    /// It is no query.
    Ignore,
    /// It is answered at once, with this response.
    Respond(Vec<u8>),
    /// It has a question.
    Ask(Question, Wanted),
}

impl Query {
    /// Reads a message.
    pub(super) fn read(bytes: &[u8], is_udp: bool) -> Self {
        let Some(header) = bytes.first_chunk::<HEADER>() else { return Self::Ignore };
        // A response must not be responded to, or two servers would do so for ever.
        if header[2] & 0x80 != 0 {
            return Self::Ignore;
        }
        if header[2] & 0x78 != 0 {
            return Self::Respond(bare(header, ResponseCode::NotImp));
        }
        let mut decoder = BinDecoder::new(bytes);
        let message = Message::read(&mut decoder).ok().filter(|_| decoder.is_empty());
        let Some(mut message) = message.filter(|message| message.queries.len() == 1) else {
            return Self::Respond(bare(header, ResponseCode::FormErr));
        };
        let Some(query) = message.queries.pop() else { return Self::Ignore };
        let edns = message.edns.as_ref();
        let dnssec_ok = edns.map(|edns| edns.flags().dnssec_ok);
        let size = edns.map_or(PLAIN_SIZE, |edns| edns.max_payload().clamp(PLAIN_SIZE, UDP_SIZE));
        let wanted = Wanted {
            id: message.metadata.id,
            name: query.name.clone(),
            recursion_desired: message.metadata.recursion_desired,
            checking_disabled: message.metadata.checking_disabled,
            wants_authentic: message.metadata.authentic_data || dnssec_ok == Some(true),
            edns: dnssec_ok,
            limit: if is_udp { size.into() } else { u16::MAX.into() },
        };
        let question = Question {
            name: query.name,
            kind: query.query_type,
            dnssec_ok: dnssec_ok == Some(true),
            checking_disabled: message.metadata.checking_disabled,
        };
        if edns.is_some_and(|edns| edns.version() > 0) {
            return Self::Respond(coded(&question, &wanted, ResponseCode::BADVERS));
        }
        // Without RD, only the cache would be asked, which would reveal its content.
        if query.query_class != DNSClass::IN
            || is_refused(query.query_type)
            || !wanted.recursion_desired
        {
            return Self::Respond(coded(&question, &wanted, ResponseCode::Refused));
        }
        // Answers to ANY are long, and good for nothing but attacks with forged addresses (RFC 8482).
        if is_udp && query.query_type == RecordType::ANY {
            return Self::Respond(truncated(&question, &wanted));
        }
        Self::Ask(question, wanted)
    }
}

/// Transfers of zones, and types that stand for no records.
fn is_refused(kind: RecordType) -> bool {
    matches!(
        kind,
        RecordType::AXFR | RecordType::IXFR | RecordType::OPT | RecordType::TSIG | RecordType::ZERO
    )
}

/// Returns the response to a client.
pub(super) fn respond(question: &Question, wanted: &Wanted, outcome: &Outcome) -> Vec<u8> {
    let failure = || coded(question, wanted, ResponseCode::ServFail);
    let Ok(answer) = outcome else { return failure() };
    let Some(wire) = answer.wire() else { return failure() };
    let mut out = Vec::with_capacity(512);
    wire.write(wanted, answer.age(Instant::now()), &mut out);
    out
}

/// Returns whether a response says that it is truncated.
pub(super) fn is_truncated(response: &[u8]) -> bool {
    response.get(2).is_some_and(|flags| flags & 2 != 0)
}

/// Returns a response that says that the client is to ask again over TCP.
pub(super) fn truncated(question: &Question, wanted: &Wanted) -> Vec<u8> {
    let mut response = coded(question, wanted, ResponseCode::NoError);
    response[2] |= 2;
    response
}

/// Returns a response without records.
pub(super) fn coded(question: &Question, wanted: &Wanted, code: ResponseCode) -> Vec<u8> {
    let id = wanted.id.to_be_bytes();
    let flags = 0x80 | u8::from(wanted.recursion_desired);
    let low = 0x80 | u8::from(wanted.checking_disabled) << 4 | code.low();
    let mut out =
        vec![id[0], id[1], flags, low, 0, 1, 0, 0, 0, 0, 0, u8::from(wanted.edns.is_some())];
    let mut name = Vec::new();
    // A name that was decoded can be encoded.
    let _ = wanted.name.emit(&mut BinEncoder::new(&mut name));
    out.extend_from_slice(&name);
    out.extend_from_slice(&u16::from(question.kind).to_be_bytes());
    out.extend_from_slice(&u16::from(DNSClass::IN).to_be_bytes());
    if let Some(dnssec_ok) = wanted.edns {
        write_opt(dnssec_ok, code.high(), &mut out);
    }
    out
}

/// Returns a response that consists of a header.
fn bare(header: &[u8; HEADER], code: ResponseCode) -> Vec<u8> {
    let op_code_and_rd = header[2] & 0x79;
    let mut out = vec![header[0], header[1], 0x80 | op_code_and_rd, 0x80 | code.low()];
    out.resize(HEADER, 0);
    out
}
