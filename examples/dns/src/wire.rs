//! [`Wire`]: an answer in wire format, encoded once and sent to many clients.

use hickory_proto::{
    op::{Message, MessageType, OpCode, Query},
    rr::{Name, RecordType},
};

use crate::{answer::Answer, question::UDP_SIZE};

const HEADER: usize = 12;
/// Type and class of a question.
const QUESTION_TAIL: usize = 4;

/// What a client wants to have in its response.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    pub(crate) id: u16,
    /// With its upper and lower case, which a client may compare (0x20).
    pub(crate) name: Name,
    pub(crate) recursion_desired: bool,
    pub(crate) checking_disabled: bool,
    /// Whether it understands the AD bit.
    pub(crate) wants_authentic: bool,
    /// The DO bit of its OPT record, or `None` without one.
    pub(crate) edns: Option<bool>,
    /// The size of the largest response.
    pub(crate) limit: usize,
}

/// An answer without id, OPT record and ages.
#[derive(Debug)]
pub(crate) struct Wire {
    bytes: Vec<u8>,
    name_length: usize,
    /// Where the TTLs are, with their values.
    ttls: Vec<(usize, u32)>,
    /// Where each section ends, and how many records it has.
    sections: [(usize, u16); 3],
    is_authentic: bool,
}

impl Wire {
    /// Encodes an answer. Returns `None` if that fails, or its own parser does not understand the result.
    pub(crate) fn new(answer: &Answer) -> Option<Self> {
        let question = answer.question();
        let mut message = Message::new(0, MessageType::Response, OpCode::Query);
        message.metadata.response_code = answer.code();
        message.metadata.recursion_available = true;
        message.add_query(Query::query(question.name.clone(), question.kind));
        message.insert_answers(answer.answers.clone());
        message.insert_authorities(answer.authorities.clone());
        message.insert_additionals(answer.additionals.clone());
        let bytes = message.to_vec().ok()?;
        let name_length = skip_name(&bytes, HEADER)? - HEADER;
        let mut at = HEADER + name_length + QUESTION_TAIL;
        let mut ttls = Vec::new();
        let counts = [answer.answers.len(), answer.authorities.len(), answer.additionals.len()];
        let mut sections = [(0, 0); 3];
        for (section, count) in sections.iter_mut().zip(counts) {
            for _ in 0..count {
                let fixed = skip_name(&bytes, at)?;
                let ttl: [u8; 4] = bytes.get(fixed + 4..fixed + 8)?.try_into().ok()?;
                ttls.push((fixed + 4, u32::from_be_bytes(ttl)));
                let length: [u8; 2] = bytes.get(fixed + 8..fixed + 10)?.try_into().ok()?;
                at = fixed + 10 + usize::from(u16::from_be_bytes(length));
            }
            *section = (at, u16::try_from(count).ok()?);
        }
        let is_authentic = answer.is_authentic;
        (at == bytes.len()).then_some(Self { bytes, name_length, ttls, sections, is_authentic })
    }

    /// Appends the response for a client to `out`. `age` is subtracted from all TTLs.
    ///
    /// If it is larger than the client's limit, the additional section is left out, then that of the
    /// authorities of a positive answer, and then all records. The last is marked as truncated (the TC bit),
    /// so that the client asks again over TCP.
    pub(crate) fn write(&self, wanted: &Wanted, age: u32, out: &mut Vec<u8>) {
        let opt = if wanted.edns.is_some() { OPT_LENGTH } else { 0 };
        let question_end = HEADER + self.name_length + QUESTION_TAIL;
        let [(answers_end, answers), (authorities_end, authorities), (end, additionals)] =
            self.sections;
        let fits = |length: usize| length + opt <= wanted.limit;
        let (length, counts, is_truncated) = if fits(end) {
            (end, [answers, authorities, additionals], false)
        } else if fits(authorities_end) {
            (authorities_end, [answers, authorities, 0], false)
        } else if answers > 0 && fits(answers_end) {
            (answers_end, [answers, 0, 0], false)
        } else {
            (question_end, [0; 3], true)
        };
        let start = out.len();
        out.extend_from_slice(&self.bytes[..length]);
        let response = &mut out[start..];
        response[..2].copy_from_slice(&wanted.id.to_be_bytes());
        let authentic = self.is_authentic && wanted.wants_authentic;
        response[2] = 0x80 | u8::from(is_truncated) << 1 | u8::from(wanted.recursion_desired);
        response[3] = response[3] & 0x0F
            | 0x80
            | u8::from(authentic) << 5
            | u8::from(wanted.checking_disabled) << 4;
        write_name(&wanted.name, &mut response[HEADER..HEADER + self.name_length]);
        let counts = [counts[0], counts[1], counts[2] + u16::from(opt > 0)];
        for (index, count) in counts.into_iter().enumerate() {
            response[6 + 2 * index..8 + 2 * index].copy_from_slice(&count.to_be_bytes());
        }
        for (at, ttl) in self.ttls.iter().take_while(|(at, _)| *at < length) {
            response[*at..*at + 4].copy_from_slice(&ttl.saturating_sub(age).to_be_bytes());
        }
        if let Some(dnssec_ok) = wanted.edns {
            write_opt(dnssec_ok, 0, out);
        }
    }
}

const OPT_LENGTH: usize = 11;

/// Appends an OPT record without options. `code` is the upper part of the response code.
pub(crate) fn write_opt(dnssec_ok: bool, code: u8, out: &mut Vec<u8>) {
    out.push(0);
    out.extend_from_slice(&u16::from(RecordType::OPT).to_be_bytes());
    out.extend_from_slice(&UDP_SIZE.to_be_bytes());
    out.extend_from_slice(&[code, 0, u8::from(dnssec_ok) << 7, 0, 0, 0]);
}

/// Writes the labels over those of an equal name, to get its upper and lower case.
fn write_name(name: &Name, mut place: &mut [u8]) {
    for label in name.iter() {
        let Some((own, rest)) = place.split_at_mut_checked(label.len() + 1) else { return };
        own[1..].copy_from_slice(label);
        place = rest;
    }
}

/// Returns the position after the name at `at`.
fn skip_name(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        match *bytes.get(at)? {
            0 => return Some(at + 1),
            length if length >= 0xC0 => return Some(at + 2),
            length => at += 1 + usize::from(length),
        }
    }
}
