//! Clients that wait for an element: a push, a timeout and a disconnect race, and no element is lost or given twice.
//!
//! A client that disconnects here closes its side of the connection and then reads to the end, so the test knows
//! whether the server has sent it an element.

use std::{
    collections::BTreeSet,
    net::{Shutdown, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    thread,
};

use mini_redis_actors::Settings;

use crate::support::{Client, Server, client::request};

/// A client that takes elements until there are no more. Returns those that it got.
type Taker = fn(SocketAddr, usize, &AtomicBool) -> Vec<u64>;

/// Parses the number at the end of a reply with an element.
fn number(reply: &str) -> u64 {
    reply.rsplit(' ').next().and_then(|word| word.parse().ok()).expect("a number")
}

/// Reads replies until the end, and appends their numbers.
fn read_to_end(client: &mut Client, got: &mut Vec<u64>) {
    while let Ok(Some(reply)) = client.try_reply() {
        if !reply.starts_with("*-1") {
            got.push(number(&reply));
        }
    }
}

/// Waits without a limit, and disconnects while it waits.
fn vanishing(address: SocketAddr, seed: usize, is_over: &AtomicBool) -> Vec<u64> {
    let mut got = Vec::new();
    let mut round = seed;
    while !is_over.load(SeqCst) {
        let mut client = Client::connect(address);
        client.send_raw(&request(&[b"BLPOP", b"queue", b"0"]).repeat(8));
        // The pushes of others come before, between and after this.
        for _ in 0..round % 5 {
            thread::yield_now();
        }
        round += 1;
        client.stream().shutdown(Shutdown::Write).expect("a socket");
        read_to_end(&mut client, &mut got);
    }
    got
}

/// Waits for a millisecond or two.
fn impatient(address: SocketAddr, seed: usize, is_over: &AtomicBool) -> Vec<u64> {
    let mut client = Client::connect(address);
    let mut got = Vec::new();
    while !is_over.load(SeqCst) {
        let timeout = if seed.is_multiple_of(2) { b"0.001" } else { b"0.002" };
        client.send_raw(&request(&[b"BRPOP", b"none", b"queue", timeout]).repeat(8));
        for _ in 0..8 {
            let reply = client.reply();
            if reply != "*-1" {
                got.push(number(&reply));
            }
        }
    }
    got
}

/// Sends several commands at once, and disconnects after the first reply.
fn hasty(address: SocketAddr, _: usize, is_over: &AtomicBool) -> Vec<u64> {
    let mut got = Vec::new();
    while !is_over.load(SeqCst) {
        let mut client = Client::connect(address);
        client.send_raw(&request(&[b"BLPOP", b"queue", b"0.05"]).repeat(4));
        match client.try_reply().expect("a reply") {
            Some(reply) if reply != "*-1" => got.push(number(&reply)),
            _ => {}
        }
        client.stream().shutdown(Shutdown::Write).expect("a socket");
        read_to_end(&mut client, &mut got);
    }
    got
}

/// Pushes elements while clients take them, and checks that each is somewhere once.
fn check_nothing_is_lost(server: Server, takers: &[Taker], elements: u64) {
    let address = server.address;
    let is_over = Arc::new(AtomicBool::new(false));
    let takers: Vec<_> = takers
        .iter()
        .enumerate()
        .map(|(seed, taker)| {
            let (taker, is_over) = (*taker, is_over.clone());
            thread::spawn(move || taker(address, seed, &is_over))
        })
        .collect();
    let mut client = Client::connect(address);
    for first in (0..elements).step_by(5) {
        let words: Vec<String> = (first..first + 5).map(|element| element.to_string()).collect();
        let push = if first % 3 == 0 { "LPUSH" } else { "RPUSH" };
        let reply = client.say(&format!("{push} queue {}", words.join(" ")));
        assert!(reply.starts_with(':'), "{reply}");
    }
    // Some are left when the takers end, so those that are put back are found in the queue.
    while number(&client.say("LLEN queue").replace(':', " ")) > elements / 3 {
        thread::yield_now();
    }
    is_over.store(true, SeqCst);
    // Those that wait without a limit end when they disconnect.
    let mut seen = BTreeSet::new();
    let mut taken = 0;
    for taker in takers {
        for element in taker.join().expect("the client does not panic") {
            assert!(seen.insert(element), "{element} was given twice");
            taken += 1;
        }
    }
    while !client.say("INFO clients").contains("blocked_clients:0 ") {
        thread::yield_now();
    }
    loop {
        let reply = client.say("LPOP queue");
        if reply == "$-1" {
            break;
        }
        let element = number(&reply);
        assert!(seen.insert(element), "{element} was given and is still there");
    }
    let missing: Vec<u64> = (0..elements).filter(|element| !seen.contains(element)).collect();
    assert!(
        missing.is_empty(),
        "{} are lost: {:?}",
        missing.len(),
        &missing[..missing.len().min(9)]
    );
    assert!(taken > elements / 2, "only {taken} were taken");
}

#[test]
fn no_element_is_lost_to_clients_that_vanish() {
    check_nothing_is_lost(Server::start(), &[vanishing as Taker; 3], 5000);
}

#[test]
fn no_element_is_lost_to_clients_whose_time_elapses() {
    check_nothing_is_lost(Server::with_threads(), &[impatient as Taker; 3], 5000);
}

#[test]
fn no_element_is_lost_when_a_push_a_timeout_and_a_disconnect_race() {
    let takers: [Taker; 4] = [vanishing, impatient, hasty, vanishing];
    // `ELEMENTS` sets their number. `acceptance.sh` uses a hundred thousand.
    let elements = std::env::var("ELEMENTS").ok().and_then(|elements| elements.parse().ok());
    check_nothing_is_lost(Server::with_threads(), &takers, elements.unwrap_or(10_000));
}

/// Moves elements to another list, and disconnects while it waits.
fn moving(address: SocketAddr, seed: usize, is_over: &AtomicBool) -> Vec<u64> {
    let mut round = seed;
    while !is_over.load(SeqCst) {
        let mut client = Client::connect(address);
        client.send_raw(
            &request(&[b"BLMOVE", b"queue", b"moved", b"LEFT", b"RIGHT", b"0"]).repeat(8),
        );
        for _ in 0..round % 5 {
            thread::yield_now();
        }
        round += 1;
        client.stream().shutdown(Shutdown::Write).expect("a socket");
        // An element that was moved is in the other list, whether or not the client is told.
        while let Ok(Some(_)) = client.try_reply() {}
    }
    Vec::new()
}

/// Takes what others have moved, and disconnects while it waits.
fn taking_moved(address: SocketAddr, _: usize, is_over: &AtomicBool) -> Vec<u64> {
    let mut got = Vec::new();
    while !is_over.load(SeqCst) {
        let mut client = Client::connect(address);
        client.send_raw(&request(&[b"BRPOP", b"none", b"moved", b"0"]).repeat(8));
        thread::yield_now();
        client.stream().shutdown(Shutdown::Write).expect("a socket");
        read_to_end(&mut client, &mut got);
    }
    got
}

/// Pushes come in transactions, in which the key has another type for a while, or is renamed.
#[test]
fn no_element_is_lost_on_its_way_through_two_lists() {
    const ELEMENTS: u64 = 3000;
    let server = Server::with_threads();
    let address = server.address;
    let is_over = Arc::new(AtomicBool::new(false));
    let takers = [moving as Taker, taking_moved, moving, taking_moved].into_iter().enumerate();
    let takers: Vec<_> = takers
        .map(|(seed, taker)| {
            let is_over = is_over.clone();
            thread::spawn(move || taker(address, seed, &is_over))
        })
        .collect();
    let mut client = Client::connect(address);
    let mut push = |element: u64| {
        let lines = match element % 3 {
            0 => format!(
                "MULTI|RPUSH queue {element}|RENAME queue hidden|SET queue x|RENAME hidden queue|EXEC"
            ),
            1 => format!("MULTI|RPUSH queue {element}|BRPOP queue 0|RPUSH queue {element}|EXEC"),
            _ => format!("RPUSH other {element}|LMOVE other moved LEFT RIGHT"),
        };
        for line in lines.split('|') {
            let reply = client.say(line);
            assert!(!reply.contains("ERR"), "{line}: {reply}");
        }
    };
    (0..ELEMENTS).for_each(&mut push);
    is_over.store(true, SeqCst);
    let mut seen = BTreeSet::new();
    let got = takers.into_iter().flat_map(|taker| taker.join().expect("the client does not panic"));
    for element in got.collect::<Vec<_>>() {
        assert!(seen.insert(element), "{element} was given twice");
    }
    assert!(!seen.is_empty(), "nothing was taken");
    while !client.say("INFO clients").contains("blocked_clients:0 ") {
        thread::yield_now();
    }
    for list in ["queue", "moved"] {
        while let reply = client.say(&format!("LPOP {list}"))
            && reply != "$-1"
        {
            assert!(seen.insert(number(&reply)), "{reply} was given and is still there");
        }
    }
    let missing: Vec<u64> = (0..ELEMENTS).filter(|element| !seen.contains(element)).collect();
    assert!(missing.is_empty(), "{} are lost: {missing:?}", missing.len());
}

#[test]
fn clients_are_served_in_the_order_in_which_they_wait() {
    let server = Server::start();
    let mut pusher = Client::connect(server.address);
    let mut clients: Vec<_> = (0..50).map(|_| Client::connect(server.address)).collect();
    for (number, client) in clients.iter_mut().enumerate() {
        client.send(&[b"BLPOP", b"queue", b"0"]);
        let blocked = format!("blocked_clients:{} ", number + 1);
        while !pusher.say("INFO clients").contains(&blocked) {}
    }
    // Every third client is gone.
    for client in clients.iter().step_by(3) {
        client.stream().shutdown(Shutdown::Both).expect("a socket");
    }
    while !pusher.say("INFO clients").contains("blocked_clients:33 ") {}
    let waiting = clients.iter_mut().enumerate().filter(|(number, _)| number % 3 != 0);
    for (element, (number, client)) in waiting.enumerate() {
        assert_eq!(pusher.say(&format!("RPUSH queue {element}")), ":1");
        let reply = client.reply();
        assert_eq!(self::number(&reply), element as u64, "client {number}: {reply}");
    }
    assert_eq!(pusher.say("EXISTS queue"), ":0");
}

#[test]
fn a_client_that_waits_is_listed_killed_and_served_by_a_pipeline() {
    let server = Server::start();
    let mut client = Client::connect(server.address);
    let mut other = Client::connect(server.address);
    // What is sent after it runs after it.
    client.send(&[b"BLPOP", b"queue", b"0"]);
    client.send(&[b"ECHO", b"after"]);
    while !other.say("CLIENT LIST").contains(" flags=b ") {}
    other.send_raw(&[request(&[b"RPUSH", b"queue", b"1"]), request(&[b"LPOP", b"queue"])].concat());
    assert_eq!(other.reply(), ":1");
    assert_eq!(other.reply(), "$-1");
    assert_eq!(client.reply(), "*2 $5 queue $1 1");
    assert_eq!(client.reply(), "$5 after");

    client.send(&[b"BZPOPMIN", b"scores", b"0"]);
    while !other.say("CLIENT LIST").contains(" flags=b ") {}
    assert_eq!(other.say("CLIENT KILL ID 1"), ":1");
    assert_eq!(client.try_reply().ok().flatten(), None);
    assert_eq!(other.say("ZADD scores 1 member"), ":1");
    assert_eq!(other.say("ZCARD scores"), ":1");
}

#[test]
fn a_store_that_panics_leaves_clients_waiting() {
    let server = Server::with(Settings { allows_debug: true, ..Settings::default() });
    let mut client = Client::connect(server.address);
    let mut other = Client::connect(server.address);
    client.send(&[b"BLPOP", b"queue", b"0"]);
    while !other.say("INFO clients").contains("blocked_clients:1 ") {}
    assert!(other.say("DEBUG PANIC").contains("DEBUG PANIC"));
    while !other.say("INFO clients").contains("blocked_clients:1 ") {}
    assert_eq!(other.say("RPUSH queue 1"), ":1");
    assert_eq!(client.reply(), "*2 $5 queue $1 1");
}

#[test]
fn a_shutdown_does_not_wait_for_clients_that_wait() {
    let grace = std::time::Duration::from_secs(3600);
    let server = Server::with(Settings { grace, ..Settings::default() });
    let mut clients: Vec<_> = (0..10).map(|_| Client::connect(server.address)).collect();
    for client in &mut clients {
        client.send(&[b"BLPOP", b"queue", b"0"]);
    }
    let mut other = Client::connect(server.address);
    while !other.say("INFO clients").contains("blocked_clients:10 ") {}
    assert_eq!(server.shutdown(), 0, "tasks are left");
    for client in &mut clients {
        let reply = client.try_reply().expect("an orderly end");
        assert!(reply.is_none_or(|reply| reply.starts_with("-ERR the server is shutting down")));
    }
}
