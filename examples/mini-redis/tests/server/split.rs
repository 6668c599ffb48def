//! Requests split at every byte, while a publisher races the reader: no request or message is lost or
//! delivered twice.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    thread,
};

use crate::support::{Client, Server, client::request};

/// Spawns a publisher of consecutive numbers. Joining it returns the number of messages.
fn publisher(server: &Server, is_over: &Arc<AtomicBool>) -> thread::JoinHandle<u64> {
    let mut client = Client::connect(server.address);
    let is_over = is_over.clone();
    thread::spawn(move || {
        let mut count = 0;
        while !is_over.load(SeqCst) {
            assert_eq!(client.say(&format!("PUBLISH news {count}")), ":1");
            count += 1;
        }
        count
    })
}

/// A subscriber that checks the order of the published numbers.
struct Subscriber {
    client: Client,
    /// The next expected number.
    next: u64,
}

impl Subscriber {
    /// Returns the next reply, and checks the messages that arrive before it.
    fn reply(&mut self) -> String {
        loop {
            let reply = self.client.reply();
            let Some(message) = reply.strip_prefix(">3 $7 message $4 news ") else {
                return reply;
            };
            let number = message.split_once(' ').expect("a length and a number").1;
            assert_eq!(number, self.next.to_string(), "a message was lost or duplicated");
            self.next += 1;
        }
    }
}

#[test]
fn requests_split_at_every_byte_get_their_replies() {
    let server = Server::start();
    let mut subscriber = Subscriber { client: Client::connect(server.address), next: 0 };
    subscriber.client.send(&[b"HELLO", b"3"]);
    assert!(subscriber.reply().starts_with("%7"));
    subscriber.client.send(&[b"SUBSCRIBE", b"news"]);
    assert_eq!(subscriber.reply(), ">3 $9 subscribe $4 news :1");

    let is_over = Arc::new(AtomicBool::new(false));
    let publisher = publisher(&server, &is_over);
    let binary = b"a\r\n$3\r\nb\0c";
    let mut requests = vec![
        (request(&[b"INCR", b"count"]), Vec::new()),
        (request(&[b"ECHO", binary]), Vec::from(["$10 a $3 b\\x00c".to_owned()])),
        (b"PING inline\r\n".to_vec(), Vec::from(["$6 inline".to_owned()])),
        (
            [request(&[b"SUBSCRIBE", b"x", b"y"]), request(&[b"UNSUBSCRIBE", b"y", b"x"])].concat(),
            Vec::from([
                ">3 $9 subscribe $1 x :2".to_owned(),
                ">3 $9 subscribe $1 y :3".to_owned(),
                ">3 $11 unsubscribe $1 y :2".to_owned(),
                ">3 $11 unsubscribe $1 x :1".to_owned(),
            ]),
        ),
    ];
    let mut together: Vec<u8> = Vec::new();
    for _ in 0..3 {
        together.extend_from_slice(&request(&[b"INCR", b"count"]));
    }
    requests.push((together, Vec::new()));

    let mut count = 0;
    for (bytes, replies) in &requests {
        for at in 0..=bytes.len() {
            subscriber.client.send_raw(&bytes[..at]);
            // Serving another client twice gives the server time to read the first part.
            let mut other = Client::connect(server.address);
            assert_eq!(other.say("PING"), "+PONG");
            assert_eq!(other.say("PING"), "+PONG");
            subscriber.client.send_raw(&bytes[at..]);
            if replies.is_empty() {
                let increments = bytes.len() / request(&[b"INCR", b"count"]).len();
                for _ in 0..increments {
                    count += 1;
                    assert_eq!(subscriber.reply(), format!(":{count}"), "split at {at}");
                }
            }
            for reply in replies {
                assert_eq!(subscriber.reply(), *reply, "split at {at}");
            }
        }
    }
    is_over.store(true, SeqCst);
    let published = publisher.join().expect("the publisher does not panic");
    subscriber.client.send(&[b"PING", b"end"]);
    assert_eq!(subscriber.reply(), "$3 end");
    while subscriber.next < published {
        subscriber.client.send(&[b"PING", b"end"]);
        assert_eq!(subscriber.reply(), "$3 end");
    }
    assert_eq!(subscriber.next, published);
    assert!(published > 0);
}
