//! The end of the server: whatever was executed was replied to, and no task is left.

use std::{
    collections::BTreeSet,
    net::Shutdown,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    thread,
    time::{Duration, Instant},
};

use crate::support::{Client, Server, client::request};

#[test]
fn replies_under_way_are_delivered() {
    // Each time it ends in the middle of something else.
    for _ in 0..20 {
        end_under_load();
    }
}

fn end_under_load() {
    let server = Server::start();
    let address = server.address;
    let served = Arc::new(AtomicUsize::new(0));
    let clients: Vec<_> = (0..8)
        .map(|_| {
            // Here, not in the thread: that may start when the server has ended.
            let (client, served) = (Client::connect(address), served.clone());
            thread::spawn(move || count_until_the_end(client, &served))
        })
        .collect();
    while served.load(SeqCst) < 500 {
        thread::yield_now();
    }
    // In the middle of it all.
    assert_eq!(server.shutdown(), 0, "tasks are left");

    // Each execution has a number of its own. If one was not replied to, its number is missing.
    let mut numbers = BTreeSet::new();
    for client in clients {
        for number in client.join().expect("the client does not panic") {
            assert!(numbers.insert(number), "{number} came twice");
        }
    }
    let last = numbers.last().copied().unwrap_or(0);
    assert!(last >= 500);
    assert_eq!(numbers.len(), last, "an execution was not replied to");
}

/// Increments a number that all clients share, sixteen times at once, and gives what it got.
fn count_until_the_end(mut client: Client, served: &AtomicUsize) -> Vec<usize> {
    let pipeline = request(&[b"INCR", b"shared"]).repeat(16);
    let mut numbers = Vec::new();
    let writer = client.stream().try_clone().expect("a socket");
    let mut writer = std::io::BufWriter::with_capacity(0, writer);
    loop {
        if std::io::Write::write_all(&mut writer, &pipeline).is_err() {
            return drain(client, numbers);
        }
        for _ in 0..16 {
            match client.try_reply() {
                Ok(Some(reply)) => numbers.push(reply[1..].parse().expect("a number")),
                Ok(None) => return numbers,
                // What was sent to a server that is gone resets the connection.
                Err(_) => return numbers,
            }
            served.fetch_add(1, SeqCst);
        }
    }
}

fn drain(mut client: Client, mut numbers: Vec<usize>) -> Vec<usize> {
    while let Ok(Some(reply)) = client.try_reply() {
        numbers.push(reply[1..].parse().expect("a number"));
    }
    numbers
}

#[test]
fn a_client_that_does_not_read_does_not_hold_up_the_end() {
    let server = Server::start();
    let mut other = Client::connect(server.address);
    assert_eq!(other.run(&[b"SET", b"big", &vec![b'v'; 1024 * 1024]]), "+OK");
    let mut greedy = Client::connect(server.address);
    for _ in 0..200 {
        greedy.send(&[b"GET", b"big"]);
    }
    let mut subscriber = Client::connect(server.address);
    subscriber.say("SUBSCRIBE news");
    let begun = Instant::now();
    assert_eq!(server.shutdown(), 0, "tasks are left");
    // Two seconds of grace, and not the ten of the scope.
    assert!(begun.elapsed() < Duration::from_secs(8), "{:?}", begun.elapsed());
    assert_eq!(other.try_reply().expect("an orderly end"), None);
    assert_eq!(subscriber.try_reply().expect("an orderly end"), None);
    let _ = greedy.stream().shutdown(Shutdown::Both);
}

#[test]
fn a_server_without_clients_ends_at_once() {
    assert_eq!(Server::start().shutdown(), 0);
}

#[test]
fn killed_clients_are_gone() {
    let server = Server::start();
    let mut victim = Client::connect(server.address);
    assert_eq!(victim.say("PING"), "+PONG");
    let mut killer = Client::connect(server.address);
    assert_eq!(killer.say("CLIENT KILL ID 1"), ":1");
    assert_eq!(victim.try_reply().ok().flatten(), None);
    assert_eq!(killer.say("CLIENT KILL TYPE normal"), ":0");
    assert_eq!(killer.say("CLIENT KILL TYPE normal SKIPME no"), ":1");
    assert_eq!(killer.try_reply().expect("an orderly end"), None);

    let mut old = Client::connect(server.address);
    let address = old.stream().local_addr().expect("an address").to_string();
    let mut killer = Client::connect(server.address);
    assert_eq!(old.say("PING"), "+PONG");
    assert_eq!(killer.say(&format!("CLIENT KILL {address}")), "+OK");
    assert_eq!(old.try_reply().ok().flatten(), None);
}

#[test]
fn what_a_client_had_is_given_back_when_it_goes() {
    let server = Server::start();
    let mut other = Client::connect(server.address);
    for ending in ["", "QUIT"] {
        let mut client = Client::connect(server.address);
        client.say("WATCH k");
        client.say("SUBSCRIBE news");
        assert_eq!(client.say("PSUBSCRIBE n*"), "*3 $10 psubscribe $2 n* :2");
        assert_eq!(other.say("PUBLISH news hello"), ":2");
        if ending.is_empty() {
            drop(client);
        } else {
            client.reply();
            client.reply();
            assert_eq!(client.say(ending), "+OK");
            assert_eq!(client.try_reply().expect("an orderly end"), None);
        }
        let begun = Instant::now();
        while other.say("PUBLISH news anybody") != ":0"
            || other.say("CLIENT LIST").contains("psub=1")
        {
            assert!(begun.elapsed() < Duration::from_secs(20), "it is still there");
        }
        assert_eq!(other.say("PUBSUB NUMPAT"), ":0");
        assert_eq!(other.say("PUBSUB CHANNELS"), "*0");
    }
}
