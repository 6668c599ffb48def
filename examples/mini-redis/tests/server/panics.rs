//! A store that panics: one error reply for each panic, no connection is closed, and the keys are gone.

use std::{iter, net::TcpStream, thread};

use mini_redis_actors::Settings;

use crate::support::{Client, Server, client::request};

const PANIC: &str = "-ERR `Store::panic` panicked: DEBUG PANIC";

fn start() -> Server {
    Server::with(Settings { allows_debug: true, ..Settings::default() })
}

#[test]
fn panics_under_load_are_the_replies_to_their_commands_alone() {
    const CLIENTS: usize = 50;
    const PIPELINES: usize = 40;
    const DEPTH: usize = 16;
    let server = start();
    let clients: Vec<_> = (0..CLIENTS)
        .map(|number| {
            let client = Client::connect(server.address);
            // Every second client sends a command that panics, in the middle of its pipelines.
            thread::spawn(move || panic_and_count(client, number % 2 == 0, PIPELINES, DEPTH))
        })
        .collect();
    let mut errors = 0;
    for client in clients {
        errors += client.join().expect("every command has its reply");
    }
    assert_eq!(errors, CLIENTS / 2, "error replies");
    assert!(
        Client::connect(server.address)
            .say("INFO stats")
            .contains("total_connections_received:51 ")
    );
    assert_eq!(server.shutdown(), 0, "tasks are left");
}

/// Sends pipelines of `depth` commands, one of which panics if `panics`. Checks the replies, and returns how
/// many are errors.
fn panic_and_count(mut client: Client, panics: bool, pipelines: usize, depth: usize) -> usize {
    let mut errors = 0;
    for pipeline in 0..pipelines {
        let panics_at = (panics && pipeline == pipelines / 2).then_some(depth / 2);
        let mut requests = Vec::new();
        for command in 0..depth {
            let text = format!("{pipeline} {command}");
            let words: [&[u8]; 2] = match Some(command) == panics_at {
                true => [b"DEBUG", b"PANIC"],
                false => [b"ECHO", text.as_bytes()],
            };
            requests.extend(request(&words));
            requests.extend(request(&[b"SET", b"key", b"value"]));
        }
        client.send_raw(&requests);
        for command in 0..depth {
            if Some(command) == panics_at {
                assert_eq!(client.reply(), PANIC);
                errors += 1;
            } else {
                assert!(client.reply().ends_with(&format!("{pipeline} {command}")), "out of order");
            }
            assert_eq!(client.reply(), "+OK");
        }
    }
    errors
}

#[test]
fn a_transaction_over_a_panic_is_not_run() {
    let server = start();
    let (mut client, mut other) =
        (Client::connect(server.address), Client::connect(server.address));
    assert_eq!(client.say("WATCH k"), "+OK");
    assert_eq!(other.say("DEBUG PANIC"), PANIC);
    // What is watched since does not change that.
    assert_eq!(client.say("WATCH l"), "+OK");
    assert_eq!(client.say("MULTI"), "+OK");
    assert_eq!(client.say("SET k 1"), "+QUEUED");
    assert_eq!(client.say("EXEC"), "*-1");
    assert_eq!(client.say("WATCH k"), "+OK");
    assert_eq!(client.say("MULTI"), "+OK");
    assert_eq!(client.say("SET k 2"), "+QUEUED");
    assert_eq!(client.say("EXEC"), "*1 +OK");
}

#[test]
fn a_panic_loses_the_keys_and_no_subscription() {
    let server = start();
    let (mut client, mut reader) =
        (Client::connect(server.address), Client::connect(server.address));
    assert_eq!(reader.say("SUBSCRIBE news"), "*3 $9 subscribe $4 news :1");
    assert_eq!(client.say("SET k v"), "+OK");
    assert_eq!(client.say("DEBUG PANIC"), PANIC);
    assert_eq!(client.say("GET k"), "$-1");
    assert_eq!(client.say("SET k w EX 100"), "+OK");
    assert_eq!(client.say("PUBLISH news x"), ":1");
    assert_eq!(reader.reply(), "*3 $7 message $4 news $1 x");
}

#[test]
fn a_store_that_always_panics_ends_the_server() {
    let server = start();
    let mut client = Client::connect(server.address);
    for _ in 0..100 {
        assert_eq!(client.say("DEBUG PANIC"), PANIC);
    }
    assert_eq!(client.say("DEBUG PANIC"), PANIC);
    // The connection is closed, whether or not there is time for a reply.
    let mut replies = iter::from_fn(|| client.try_say("GET k").ok().flatten());
    let is_refused = |reply: String| reply.starts_with("-ERR the server is shutting down");
    assert!(replies.all(is_refused));
    // Nothing listens any more.
    while TcpStream::connect(server.address).is_ok() {
        thread::yield_now();
    }
}

#[test]
fn debug_panic_is_refused_unless_it_is_allowed() {
    let server = Server::start();
    let mut client = Client::connect(server.address);
    assert!(client.say("DEBUG PANIC").starts_with("-ERR DEBUG command not allowed"));
    assert!(client.say("DEBUG SLEEP").starts_with("-ERR DEBUG command not allowed"));
    assert_eq!(client.say("PING"), "+PONG");
}
