//! `SCAN` while keys are added and removed.

use std::collections::BTreeSet;

use crate::support::{Client, Server};

#[test]
fn a_scan_returns_every_key_that_is_never_removed() {
    let server = Server::start();
    let mut client = Client::connect(server.address);
    for round in 0..20_usize {
        client.say("FLUSHALL");
        for number in 0..200 {
            client.say(&format!("SET stays:{number} x"));
            client.say(&format!("SET goes:{number} x"));
        }
        let mut found = BTreeSet::new();
        let (mut cursor, mut step) = ("0".to_owned(), round);
        loop {
            let reply = client.say(&format!("SCAN {cursor} COUNT {}", 1 + round % 17));
            let mut words = reply.split(' ').skip(2);
            cursor = words.next().expect("a cursor").to_owned();
            found.extend(words.filter(|word| word.starts_with("stays:")).map(str::to_owned));
            if cursor == "0" {
                break;
            }
            // An order unrelated to that of the scan.
            step = (step * 31 + 7) % 200;
            client.say(&format!("DEL goes:{step}"));
            client.say(&format!("SET new:{step} x"));
        }
        assert_eq!(found.len(), 200, "round {round}");
    }
}

#[test]
fn a_scan_filters_by_pattern_and_type() {
    let server = Server::start();
    let mut client = Client::connect(server.address);
    client.say("MSET a:1 x a:2 x b:1 x");
    client.say("RPUSH a:list x");
    let reply = client.say("SCAN 0 MATCH a:* TYPE string COUNT 100");
    let mut keys: Vec<&str> = reply.split(' ').filter(|word| word.contains(':')).collect();
    keys.sort_unstable();
    assert_eq!(keys, ["a:1", "a:2"]);
}
