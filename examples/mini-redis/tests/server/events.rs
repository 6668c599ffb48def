//! Events of keys that need a clock or a restart. The others are in `tests/scripts/events.txt`.

use mini_redis_actors::Settings;

use crate::support::{client::Client, server::Server};

fn start() -> (Server, Client, Client) {
    let server = Server::with(Settings { allows_debug: true, ..Settings::default() });
    let (mut listener, mut client) =
        (Client::connect(server.address), Client::connect(server.address));
    assert_eq!(client.say("CONFIG SET notify-keyspace-events Ex$"), "+OK");
    listener.say("PSUBSCRIBE *");
    (server, listener, client)
}

fn event(name: &str, key: &str) -> String {
    let channel = format!("__keyevent@0__:{name}");
    format!("*4 $8 pmessage $1 * ${} {channel} ${} {key}", channel.len(), key.len())
}

#[test]
fn a_key_that_expires_is_published_whether_or_not_a_command_names_it() {
    let (_server, mut listener, mut client) = start();
    client.say("SET k 1 PX 1");
    assert_eq!([listener.reply(), listener.reply()], [event("set", "k"), event("expired", "k")]);

    client.say("DEBUG SET-ACTIVE-EXPIRE 0");
    client.say("SET k 1 PX 1");
    client.say("SET other 1 PX 1");
    client.say("DEBUG SLEEP 0.005");
    client.say("PUBLISH not-yet :");
    assert_eq!(client.say("EXISTS k"), ":0");
    assert_eq!([listener.reply(), listener.reply()], [event("set", "k"), event("set", "other")]);
    assert!(listener.reply().contains("not-yet"));
    assert_eq!(listener.reply(), event("expired", "k"));
    assert_eq!(client.say("DBSIZE"), ":1");
    client.say("DEBUG SET-ACTIVE-EXPIRE 1");
    assert_eq!(listener.reply(), event("expired", "other"));
}

#[test]
fn events_are_published_after_the_store_was_restarted() {
    let (_server, mut listener, mut client) = start();
    assert!(client.say("DEBUG PANIC").starts_with("-ERR"));
    client.say("SET k 1");
    assert_eq!(listener.reply(), event("set", "k"));
    assert_eq!(
        client.say("CONFIG GET notify-keyspace-events"),
        "*2 $22 notify-keyspace-events $3 $xE"
    );
}

#[test]
fn a_watched_key_that_has_expired_before_is_not_changed_by_an_exchange_of_databases() {
    let (_server, _, mut client) = start();
    client.say("DEBUG SET-ACTIVE-EXPIRE 0");
    client.say("SELECT 1");
    client.say("SET x 1 PX 1");
    client.say("DEBUG SLEEP 0.005");
    client.say("SELECT 0");
    client.say("WATCH x");
    client.say("SWAPDB 0 1");
    client.say("MULTI");
    assert_eq!(client.say("EXEC"), "*0");

    client.say("SET x 1");
    client.say("WATCH x");
    client.say("SWAPDB 0 1");
    client.say("MULTI");
    assert_eq!(client.say("EXEC"), "*-1");
}

#[test]
fn equal_values_have_equal_digests() {
    let (_server, _, mut client) = start();
    for command in [
        "SET a 1",
        "SET b 1",
        "SET c 2",
        "RPUSH d 1",
        "SADD e 1 2",
        "SADD f 2 1",
        "HSET g 1 2",
        "HSET h 2 1",
        "ZADD i 1 1",
        "ZADD j 2 1",
    ] {
        client.say(command);
    }
    let mut digest = |key: &str| client.say(&format!("DEBUG DIGEST-VALUE {key}"));
    assert_eq!(digest("a"), digest("b"));
    assert_eq!(digest("e"), digest("f"));
    assert_eq!(digest("none"), format!("*1 $40 {:040}", 0));
    for (one, other) in [("a", "c"), ("a", "d"), ("d", "e"), ("g", "h"), ("i", "j"), ("a", "none")]
    {
        assert_ne!(digest(one), digest(other), "{one} {other}");
    }
}
