//! Clients that write all their requests before they read a reply: each is served, and what is buffered for it
//! is bounded.

use std::{io::Write, net::Shutdown, thread, time::Duration};

use mini_redis_actors::{Limits, Settings};

use crate::support::{Client, Server, client::request};

const MEGABYTE: usize = 1024 * 1024;

/// More than the buffers of the kernel hold: the client cannot write the rest before the server has read.
const UNREAD: usize = 64 * MEGABYTE;

/// Sends requests with one `write_all`, and then checks that each of them gets this reply.
fn write_then_read(client: &mut Client, requests: &[u8], replies: usize, reply: &str) {
    client.send_raw(requests);
    for number in 0..replies {
        assert_eq!(client.reply(), reply, "reply {number}");
    }
}

#[test]
fn ten_thousand_echoes_of_a_kilobyte_are_written_before_they_are_read() {
    let server = Server::start();
    let text = "x".repeat(1024);
    let requests = request(&[b"ECHO", text.as_bytes()]).repeat(10_000);
    let reply = format!("$1024 {text}");
    write_then_read(&mut Client::connect(server.address), &requests, 10_000, &reply);
}

#[test]
fn a_hundred_and_fifty_thousand_gets_are_written_before_they_are_read() {
    let server = Server::start();
    let mut client = Client::connect(server.address);
    let value = "v".repeat(500);
    let key = b"a key that is as long as the keys of a usual application";
    assert_eq!(client.run(&[b"SET", key, value.as_bytes()]), "+OK");
    let requests = request(&[b"GET", key]).repeat(150_000);
    write_then_read(&mut client, &requests, 150_000, &format!("$500 {value}"));
}

#[test]
fn large_requests_are_written_before_large_replies_are_read() {
    let server = Server::start();
    let text = vec![b'x'; MEGABYTE];
    let count = UNREAD / MEGABYTE;
    let mut client = Client::connect(server.address);
    client.send_raw(&request(&[b"ECHO", &text]).repeat(count));
    for _ in 0..count {
        assert!(client.reply().starts_with("$1048576 xxx"));
    }
}

#[test]
fn a_transaction_is_written_before_it_is_read() {
    let server = Server::start();
    let mut client = Client::connect(server.address);
    let text = "x".repeat(10_000);
    let count = UNREAD / text.len() / 4;
    let mut requests = request(&[b"MULTI"]);
    requests.extend(request(&[b"ECHO", text.as_bytes()]).repeat(count));
    requests.extend(request(&[b"EXEC"]));
    requests.extend(request(&[b"ECHO", text.as_bytes()]).repeat(count));
    client.send_raw(&requests);
    assert_eq!(client.reply(), "+OK");
    for _ in 0..count {
        assert_eq!(client.reply(), "+QUEUED");
    }
    assert!(client.reply().starts_with(&format!("*{count} $10000 xxx")));
    for _ in 0..count {
        assert!(client.reply().starts_with("$10000 xxx"));
    }
}

#[test]
fn a_client_that_writes_and_closes_its_side_gets_all_replies() {
    let server = Server::start();
    let mut client = Client::connect(server.address);
    let text = "x".repeat(1024);
    let requests = request(&[b"ECHO", text.as_bytes()]).repeat(20_000);
    client.send_raw(&requests);
    client.stream().shutdown(Shutdown::Write).expect("a socket");
    for _ in 0..20_000 {
        assert!(client.reply().starts_with("$1024 xxx"));
    }
    assert_eq!(client.try_reply().expect("an orderly end"), None);
}

#[test]
fn a_subscriber_that_reads_late_gets_all_messages_below_the_limit() {
    let server = Server::start();
    let mut subscriber = Client::connect(server.address);
    assert_eq!(subscriber.say("SUBSCRIBE news"), "*3 $9 subscribe $4 news :1");
    // Below the limit in bytes, and far more messages than the mailbox of a writer has room for.
    let (count, text) = (20_000, "x".repeat(1024));
    let mut publisher = Client::connect(server.address);
    for number in 0..count {
        let receivers = publisher.run(&[b"PUBLISH", b"news", text.as_bytes()]);
        assert_eq!(receivers, ":1", "message {number}");
    }
    for _ in 0..count {
        assert!(subscriber.reply().starts_with("*3 $7 message $4 news $1024 xxx"));
    }
}

#[test]
fn the_requests_buffered_for_a_client_that_does_not_read_are_bounded() {
    let limits = Limits { requests: MEGABYTE, ..Limits::default() };
    let server = Server::with(Settings { limits, ..Settings::default() });
    let client = Client::connect(server.address);
    let mut stream = client.stream();
    stream.set_write_timeout(Some(Duration::from_millis(500))).expect("a socket");
    // The server stops to read once a megabyte of requests waits, so at some point a write fails.
    let bytes = request(&[b"ECHO", &vec![b'x'; 1024]]);
    let (mut written, mut requests) = (0, Vec::new());
    let rest = loop {
        requests.extend_from_slice(&bytes);
        match stream.write(&requests[written..]) {
            Ok(length) => written += length,
            Err(_) => break requests[written..].to_vec(),
        }
        assert!(written < 2 * UNREAD, "{written} bytes were read from a client that does not read");
    };
    // It was not disconnected: once it reads, it can write the rest.
    let mut reader = client;
    let mut writer = reader.stream().try_clone().expect("a socket");
    writer.set_write_timeout(None).expect("a socket");
    let writing = thread::spawn(move || writer.write_all(&rest).expect("the server reads again"));
    for _ in 0..requests.len() / bytes.len() {
        assert!(reader.reply().starts_with("$1024 xxx"));
    }
    writing.join().expect("the writer does not panic");
}
