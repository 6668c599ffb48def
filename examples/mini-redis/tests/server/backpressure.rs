//! Clients that do not read, or that disconnect inside a request: the output buffered for them is bounded, and
//! other clients are not affected.

use std::{io::Read, net::Shutdown};

use crate::support::{Client, Server, client::request};

const MEGABYTE: usize = 1024 * 1024;

#[test]
fn a_subscriber_that_does_not_read_is_disconnected() {
    let server = Server::start();
    let mut slow = Client::connect(server.address);
    assert_eq!(slow.say("SUBSCRIBE news"), "*3 $9 subscribe $4 news :1");
    let mut fast = Client::connect(server.address);
    assert_eq!(fast.say("SUBSCRIBE news"), "*3 $9 subscribe $4 news :1");

    let mut publisher = Client::connect(server.address);
    let payload = vec![b'x'; MEGABYTE];
    let mut receivers = Vec::new();
    for number in 0..100 {
        let text = [number.to_string().as_bytes(), &payload].concat();
        receivers.push(publisher.run(&[b"PUBLISH", b"news", &text]));
        let message = fast.reply();
        let begin = format!("*3 $7 message $4 news ${} {number}x", text.len());
        assert!(message.starts_with(&begin), "{}", &message[..60]);
    }
    // Both received the first message, and only the fast one the last.
    assert_eq!(receivers.first().map(String::as_str), Some(":2"));
    assert_eq!(receivers.last().map(String::as_str), Some(":1"));
    assert_eq!(publisher.say("PUBSUB NUMSUB news"), "*2 $4 news :1");
    assert!(!publisher.say("CLIENT LIST").contains("id=1 "), "the slow client is still listed");

    // The output that was buffered for the slow client is bounded.
    let mut rest = Vec::new();
    let _ = slow.stream().take(200 * MEGABYTE as u64).read_to_end(&mut rest);
    assert!(rest.len() < 60 * MEGABYTE, "{} bytes were buffered", rest.len());
}

#[test]
fn a_client_that_does_not_read_its_replies_gets_backpressure() {
    let server = Server::start();
    let mut other = Client::connect(server.address);
    let value = vec![b'v'; MEGABYTE];
    assert_eq!(other.run(&[b"SET", b"big", &value]), "+OK");

    // This client requests 46 GB and reads nothing.
    let mut greedy = Client::connect(server.address);
    greedy.send_raw(&request(&[b"GET", b"big"]).repeat(46_000));
    for _ in 0..100 {
        assert_eq!(other.say("INCR served"), format!(":{}", other_served(&mut other)));
    }
    let list = other.say("CLIENT LIST ID 2");
    let unread: usize = between(&list, "omem=", " ").parse().expect("a number");
    assert!((MEGABYTE..8 * MEGABYTE).contains(&unread), "{unread} bytes are buffered");

    // The replies arrive once the client reads.
    for _ in 0..200 {
        assert!(greedy.reply().starts_with("$1048576 vvv"));
    }
}

/// Returns the value of `served`.
fn other_served(client: &mut Client) -> String {
    let reply = client.say("GET served");
    reply.split_once(' ').map_or_else(|| reply.clone(), |(_, number)| number.to_owned())
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let rest = text.split_once(before).expect("the field").1;
    rest.split_once(after).expect("its end").0
}

#[test]
fn an_incomplete_request_is_not_run() {
    let server = Server::start();
    let mut other = Client::connect(server.address);
    let bytes = request(&[b"SET", b"half", b"value"]);
    for at in 0..bytes.len() {
        let mut client = Client::connect(server.address);
        client.send_raw(&bytes[..at]);
        client.stream().shutdown(Shutdown::Both).expect("a socket");
    }
    assert_eq!(other.say("EXISTS half"), ":0");
}
