//! Servers, answers and resolvers for the tests.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use dns_actor::{Config, Name, RecordType, Resolver};
use hickory_proto::{
    op::{Message, OpCode, ResponseCode},
    rr::{RData, Record},
};

pub(crate) use crate::net::{Act, Net};

pub(crate) fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// The address of a server, by a letter.
pub(crate) fn server(letter: u8) -> SocketAddr {
    SocketAddr::from(([192, 0, 2, letter - b'a' + 1], 53))
}

pub(crate) const A: u8 = b'a';
pub(crate) const B: u8 = b'b';
pub(crate) const C: u8 = b'c';

pub(crate) fn name(text: &str) -> Name {
    let mut name: Name = text.parse().unwrap();
    name.set_fqdn(true);
    name
}

pub(crate) fn record(owner: &str, ttl: u32, kind: RecordType, text: &str) -> Record {
    Record::from_rdata(name(owner), ttl, RData::try_from_str(kind, text).unwrap())
}

/// A response to a query without records.
pub(crate) fn empty(query: &Message, code: ResponseCode) -> Message {
    let mut message = Message::response(query.metadata.id, OpCode::Query);
    message.metadata.recursion_desired = true;
    message.metadata.recursion_available = true;
    message.metadata.response_code = code;
    message.add_query(query.queries[0].clone());
    message
}

/// A response with one address, or that there are no records of another kind.
pub(crate) fn address(query: &Message, ttl: u32, v4: &str) -> Message {
    let mut message = empty(query, ResponseCode::NoError);
    let asked = &query.queries[0];
    if asked.query_type == RecordType::A {
        let data = RData::try_from_str(RecordType::A, v4).unwrap();
        message.add_answer(Record::from_rdata(asked.name.clone(), ttl, data));
    } else {
        message.add_authority(soa(ttl, ttl));
    }
    message
}

/// "Does not exist", with an SOA record.
pub(crate) fn missing(query: &Message, ttl: u32, minimum: u32) -> Message {
    let mut message = empty(query, ResponseCode::NXDomain);
    message.add_authority(soa(ttl, minimum));
    message
}

fn soa(ttl: u32, minimum: u32) -> Record {
    let text = format!("ns.test. root.test. 1 3600 600 86400 {minimum}");
    record("test.", ttl, RecordType::SOA, &text)
}

pub(crate) fn send(after: Duration, message: &Message) -> Vec<Act> {
    vec![Act::Send(after, message.to_vec().unwrap())]
}

pub(crate) fn refused() -> Vec<Act> {
    vec![Act::Error(io::ErrorKind::ConnectionRefused)]
}

/// Lets servers answer every question with 192.0.2.200 after this time.
pub(crate) fn good(net: &Net, letter: u8, after: Duration) {
    net.serve(server(letter), move |query, _| send(after, &address(query, 60, "192.0.2.200")));
}

/// Lets a server answer nothing.
pub(crate) fn silent(net: &Net, letter: u8) {
    net.serve(server(letter), |_, _| Vec::new());
}

pub(crate) fn config(net: &Net, letters: &[u8]) -> Config {
    let mut config = Config::new(letters.iter().map(|letter| server(*letter)));
    config.network = Arc::new(net.clone());
    config
}

/// A resolver with these servers and otherwise default settings.
pub(crate) fn resolver(net: &Net, letters: &[u8]) -> Resolver {
    Resolver::spawn(config(net, letters))
}

/// A resolver with other settings.
pub(crate) fn resolver_with(
    net: &Net,
    letters: &[u8],
    change: impl FnOnce(&mut Config),
) -> Resolver {
    let mut config = config(net, letters);
    change(&mut config);
    Resolver::spawn(config)
}
