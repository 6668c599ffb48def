//! Expiry as seen by a client: an expired key is never visible.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::support::{Client, Server};

#[test]
fn a_key_disappears_at_its_deadline() {
    let server = Server::start();
    let mut client = Client::connect(server.address);
    let begun = Instant::now();
    assert_eq!(client.say("SET k v PX 80"), "+OK");
    let stored = begun.elapsed();
    loop {
        let before = begun.elapsed();
        let exists = client.say("EXISTS k");
        let after = begun.elapsed();
        if exists == ":0" {
            // The server's clock counts whole milliseconds, hence the tolerance.
            assert!(after >= Duration::from_millis(78), "too early, after {after:?}");
            break;
        }
        let latest = stored + Duration::from_millis(82);
        assert!(before <= latest, "still there after {before:?}");
    }
    for (command, expected) in [
        ("GET k", "$-1"),
        ("TTL k", ":-2"),
        ("DBSIZE", ":0"),
        ("KEYS *", "*0"),
        ("RANDOMKEY", "$-1"),
        ("SCAN 0", "*2 $1 0 *0"),
        ("SET k w XX", "$-1"),
        ("RENAME k l", "-ERR no such key"),
    ] {
        assert_eq!(client.say(command), expected, "{command}");
    }
    assert!(client.say("INFO stats").contains("expired_keys:1 "));
}

#[test]
fn expiry_of_a_watched_key_makes_exec_fail() {
    let server = Server::start();
    let mut client = Client::connect(server.address);
    loop {
        assert_eq!(client.say("SET k v PX 20"), "+OK");
        assert_eq!(client.say("WATCH k"), "+OK");
        // Otherwise the key expired before it was watched; try again.
        if client.say("EXISTS k") == ":1" {
            break;
        }
        assert_eq!(client.say("UNWATCH"), "+OK");
    }
    while client.say("EXISTS k") == ":1" {}
    assert_eq!(client.say("MULTI"), "+OK");
    assert_eq!(client.say("EXEC"), "*-1");
}

/// Returns the system time in microseconds since the Unix epoch.
fn micros() -> u128 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("after the epoch").as_micros()
}

#[test]
fn the_clock_is_the_system_time() {
    let server = Server::start();
    let mut client = Client::connect(server.address);
    for _ in 0..500 {
        let before = micros();
        let reply = client.say("TIME");
        let after = micros();
        let words: Vec<&str> = reply.split(' ').collect();
        let [_, _, seconds, _, rest] = words[..] else { panic!("{reply}") };
        let time = seconds.parse::<u128>().expect("a number") * 1_000_000
            + rest.parse::<u128>().expect("a number");
        assert!((before..=after).contains(&time), "{time} is not in {before}..={after}");

        let deadline = (micros() / 1000 + 1000).to_string();
        assert_eq!(client.say(&format!("SET k v PXAT {deadline}")), "+OK");
        let left: u64 = client.say("PTTL k")[1..].parse().expect("a number");
        assert!(left <= 1000, "{left} ms are left of 1000");
    }
}
