//! [`Answer`]: what a server said, and for how long it holds.

use std::{sync::OnceLock, time::Duration};

use hickory_proto::{
    op::ResponseCode,
    rr::{Name, RData, Record, RecordType},
};
use tokio::time::Instant;

use crate::{question::Question, upstream::Response, wire::Wire};

/// No answer is kept for longer than a day, whatever its TTL is.
const MAX_TTL: u32 = 86_400;
/// "Does not exist" is kept for an hour at most (RFC 2308 recommends one to three).
const MAX_NEGATIVE_TTL: u32 = 3_600;
/// The TTL of expired records that are served all the same (RFC 8767).
pub(crate) const STALE_TTL: u32 = 30;

/// The answer to a question: its records, or that there are none.
#[derive(Debug)]
pub struct Answer {
    question: Question,
    code: ResponseCode,
    pub(crate) answers: Vec<Record>,
    pub(crate) authorities: Vec<Record>,
    pub(crate) additionals: Vec<Record>,
    pub(crate) is_authentic: bool,
    is_stale: bool,
    at: Instant,
    ttl: u32,
    /// The number of bytes that the server has sent.
    size: usize,
    /// The same in wire format, once a client of the front has asked for it.
    wire: OnceLock<Option<Wire>>,
}

impl Answer {
    /// Takes over what a server said, or returns its code if that is a failure.
    ///
    /// Records in the answer section that are not about the name, or a name that it is an alias of, are
    /// removed.
    pub(crate) fn from_response(
        question: &Question,
        response: Response,
        at: Instant,
    ) -> Result<Self, ResponseCode> {
        let Response { message, size } = response;
        let code = message.metadata.response_code;
        if !matches!(code, ResponseCode::NoError | ResponseCode::NXDomain | ResponseCode::YXDomain)
        {
            return Err(code);
        }
        let mut answer = Self {
            question: question.clone(),
            code,
            answers: message.answers,
            authorities: message.authorities,
            additionals: message.additionals,
            is_authentic: message.metadata.authentic_data,
            is_stale: false,
            at,
            ttl: 0,
            size,
            wire: OnceLock::new(),
        };
        answer.keep_chain();
        answer.settle_ttls();
        Ok(answer)
    }

    /// An answer with these records that no server gave.
    pub(crate) fn local(question: &Question, answers: Vec<Record>, at: Instant) -> Self {
        Self {
            question: question.clone(),
            code: ResponseCode::NoError,
            answers,
            authorities: Vec::new(),
            additionals: Vec::new(),
            is_authentic: false,
            is_stale: false,
            at,
            ttl: 0,
            size: 0,
            wire: OnceLock::new(),
        }
    }

    /// Returns what was asked.
    #[must_use]
    pub fn question(&self) -> &Question {
        &self.question
    }

    /// Returns `NoError`, or `NXDomain` if the name does not exist.
    #[must_use]
    pub fn code(&self) -> ResponseCode {
        self.code
    }

    /// Returns all records of the answer, with the TTLs they came with. Aliases (CNAME) come first.
    #[must_use]
    pub fn records(&self) -> &[Record] {
        &self.answers
    }

    /// Returns the records about authorities, such as the SOA record of a negative answer.
    #[must_use]
    pub fn authorities(&self) -> &[Record] {
        &self.authorities
    }

    /// Returns the records that the server has added, such as the addresses of authorities.
    #[must_use]
    pub fn additionals(&self) -> &[Record] {
        &self.additionals
    }

    /// Returns the data of the records that have the type of the question.
    pub fn data(&self) -> impl Iterator<Item = &RData> {
        let kind = self.question.kind;
        let fits = move |record: &&Record| kind == RecordType::ANY || record.record_type() == kind;
        self.answers.iter().filter(fits).map(|record| &record.data)
    }

    /// Returns `true` if there is a record of the type of the question.
    #[must_use]
    pub fn exists(&self) -> bool {
        self.data().next().is_some()
    }

    /// Returns how long the answer still holds.
    #[must_use]
    pub fn ttl(&self) -> Duration {
        self.expires().saturating_duration_since(Instant::now())
    }

    /// Returns `true` if the answer has expired, and was given because no server answered in time.
    #[must_use]
    pub fn is_stale(&self) -> bool {
        self.is_stale
    }

    pub(crate) fn expires(&self) -> Instant {
        self.at + Duration::from_secs(u64::from(self.ttl))
    }

    pub(crate) fn size(&self) -> usize {
        self.size
    }

    pub(crate) fn came(&self) -> Instant {
        self.at
    }

    /// Returns how long the answer held when it came, in seconds.
    pub(crate) fn whole_ttl(&self) -> u32 {
        self.ttl
    }

    /// Returns the age in seconds, which is to be subtracted from all TTLs.
    pub(crate) fn age(&self, now: Instant) -> u32 {
        u32::try_from(now.saturating_duration_since(self.at).as_secs()).unwrap_or(u32::MAX)
    }

    /// Returns a copy that says that it is stale.
    pub(crate) fn to_stale(&self, now: Instant) -> Self {
        let old = |records: &[Record]| {
            let mut records = records.to_vec();
            records.iter_mut().for_each(|record| record.ttl = STALE_TTL);
            records
        };
        Self {
            question: self.question.clone(),
            code: self.code,
            answers: old(&self.answers),
            authorities: old(&self.authorities),
            additionals: old(&self.additionals),
            is_authentic: self.is_authentic,
            is_stale: true,
            at: now,
            ttl: STALE_TTL,
            size: self.size,
            wire: OnceLock::new(),
        }
    }

    /// Returns the answer in wire format, or `None` if it cannot be encoded.
    pub(crate) fn wire(&self) -> Option<&Wire> {
        self.wire.get_or_init(|| Wire::new(self)).as_ref()
    }

    /// Removes the records that are not about the name that was asked for or one of its aliases.
    ///
    /// A server that randomizes the case of names (0x20), or repeats that of ours, gets the case of the
    /// question instead.
    fn keep_chain(&mut self) {
        let mut chain = vec![self.question.name.clone()];
        while let Some(next) = self.answers.iter().find_map(|record| match &record.data {
            RData::CNAME(alias) if Some(&record.name) == chain.last() => Some(&alias.0),
            _ => None,
        }) {
            if chain.contains(next) {
                break;
            }
            chain.push(next.clone());
        }
        self.answers.retain(|record| {
            chain.contains(&record.name)
                || record.record_type() == RecordType::DNAME
                    && chain.iter().any(|name| record.name.zone_of(name))
        });
        for record in &mut self.answers {
            if record.name == self.question.name {
                record.name = self.question.name.clone();
            }
        }
    }

    /// Bounds all TTLs, and finds out for how long the whole holds.
    fn settle_ttls(&mut self) {
        let sections = [&mut self.answers, &mut self.authorities, &mut self.additionals];
        for record in sections.into_iter().flatten() {
            // A TTL with its highest bit set is 0 (RFC 2181).
            record.ttl = if record.ttl >> 31 == 1 { 0 } else { record.ttl.min(MAX_TTL) };
        }
        let sections = [&self.answers, &self.authorities, &self.additionals];
        let shortest = sections.into_iter().flatten().map(|record| record.ttl).min();
        self.ttl = match shortest {
            Some(ttl) if self.code == ResponseCode::NoError && self.exists() => ttl,
            // Without an SOA record, it must not be kept (RFC 2308).
            Some(ttl) => self.settle_negative_ttl().map_or(0, |negative| negative.min(ttl)),
            None => 0,
        };
    }

    fn settle_negative_ttl(&mut self) -> Option<u32> {
        self.authorities.iter_mut().find_map(|record| match &record.data {
            RData::SOA(soa) => {
                record.ttl = record.ttl.min(soa.minimum).min(MAX_NEGATIVE_TTL);
                Some(record.ttl)
            }
            _ => None,
        })
    }
}

/// Returns the loopback addresses, for `localhost` and the names below it (RFC 6761).
pub(crate) fn localhost(question: &Question, now: Instant) -> Option<Answer> {
    use std::net::{Ipv4Addr, Ipv6Addr};
    if !is_localhost(&question.name) {
        return None;
    }
    let data = match question.kind {
        RecordType::A => Some(RData::A(Ipv4Addr::LOCALHOST.into())),
        RecordType::AAAA => Some(RData::AAAA(Ipv6Addr::LOCALHOST.into())),
        _ => None,
    };
    let record = data.map(|data| Record::from_rdata(question.name.clone(), STALE_TTL, data));
    Some(Answer::local(question, record.into_iter().collect(), now))
}

fn is_localhost(name: &Name) -> bool {
    name.iter().next_back().is_some_and(|label| label.eq_ignore_ascii_case(b"localhost"))
}
