//! Graceful shutdown: every executed command is replied to, and no task is left.

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
fn shutdown_under_load_delivers_every_reply() {
    // The shutdown interrupts the clients at a different point each time.
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
            // Connect here: the thread may start after the server has exited.
            let (client, served) = (Client::connect(address), served.clone());
            thread::spawn(move || count_until_the_end(client, &served))
        })
        .collect();
    while served.load(SeqCst) < 500 {
        thread::yield_now();
    }
    assert_eq!(server.shutdown(), 0, "tasks are left");

    // Every `INCR` returns a different number. A number is missing if its reply was not delivered.
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

/// Increments a shared number in pipelines of sixteen until the server exits. Returns the replies.
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
                // Data sent after the server has exited resets the connection.
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
fn shutdown_aborts_a_client_that_does_not_read() {
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
    // The grace period is two seconds; the scope would wait for ten.
    assert!(begun.elapsed() < Duration::from_secs(8), "{:?}", begun.elapsed());
    assert_eq!(other.try_reply().expect("an orderly end"), None);
    assert_eq!(subscriber.try_reply().expect("an orderly end"), None);
    let _ = greedy.stream().shutdown(Shutdown::Both);
}

#[test]
fn an_idle_server_leaves_no_tasks() {
    assert_eq!(Server::start().shutdown(), 0);
}

#[test]
fn client_kill_closes_the_connections() {
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
fn a_closed_connection_leaves_no_subscriptions() {
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
            assert!(begun.elapsed() < Duration::from_secs(20), "it is still registered");
        }
        assert_eq!(other.say("PUBSUB NUMPAT"), ":0");
        assert_eq!(other.say("PUBSUB CHANNELS"), "*0");
    }
}
