//! What subscribers of several names receive, and in which order.

use crate::support::{client::Client, server::Server};

/// The messages of one burst: what is published in a pipeline is delivered together.
fn publish(client: &mut Client, posts: &[(&str, &str)]) -> Vec<String> {
    let requests = posts.iter().map(|(channel, text)| format!("PUBLISH {channel} {text}\r\n"));
    client.send_raw(requests.collect::<String>().as_bytes());
    posts.iter().map(|_| client.reply()).collect()
}

#[test]
fn a_subscriber_of_several_names_receives_in_the_order_of_publication() {
    let server = Server::start();
    let connect = || Client::connect(server.address);
    let (mut single, mut both, mut newer, mut publisher) =
        (connect(), connect(), connect(), connect());
    single.say("SUBSCRIBE a");
    both.say("SUBSCRIBE b a");
    both.reply();
    both.say("PSUBSCRIBE *");
    newer.say("HELLO 3");
    newer.say("SUBSCRIBE a");
    newer.say("PSUBSCRIBE b* [bc]");
    newer.reply();

    let posts = [("a", "1"), ("b", "2"), ("a", "3"), ("c", "4"), ("b", "5"), ("a", "6")];
    assert_eq!(publish(&mut publisher, &posts), [":4", ":4", ":4", ":2", ":4", ":4"]);

    for (channel, text) in posts {
        let plain = format!("$7 message $1 {channel} $1 {text}");
        let by =
            |name: &str| format!("*4 $8 pmessage ${} {name} $1 {channel} $1 {text}", name.len());
        if channel == "a" {
            assert_eq!(single.reply(), format!("*3 {plain}"));
            assert_eq!(newer.reply(), format!(">3 {plain}"));
        }
        if channel != "c" {
            assert_eq!(both.reply(), format!("*3 {plain}"));
        }
        assert_eq!(both.reply(), by("*"));
        let mut patterns = Vec::new();
        if channel == "b" {
            patterns.push(by("b*").replacen('*', ">", 1));
        }
        if channel != "a" {
            patterns.push(by("[bc]").replacen('*', ">", 1));
        }
        // The order of patterns is not defined.
        let mut got: Vec<String> = patterns.iter().map(|_| newer.reply()).collect();
        got.sort_unstable();
        patterns.sort_unstable();
        assert_eq!(got, patterns);
    }
}

#[test]
fn a_subscription_begins_and_ends_between_two_messages_of_a_burst() {
    let server = Server::start();
    let (mut publisher, mut other) =
        (Client::connect(server.address), Client::connect(server.address));
    publisher.say("HELLO 3");
    other.say("SUBSCRIBE a");
    // The client that publishes subscribes in the same pipeline.
    let pipeline =
        "PUBLISH a 1\r\nSUBSCRIBE a\r\nPUBLISH a 2\r\nUNSUBSCRIBE a\r\nPUBLISH a 3\r\nPING\r\n";
    publisher.send_raw(pipeline.as_bytes());
    let got: Vec<String> = (0..7).map(|_| publisher.reply()).collect();
    let mut sorted = got.clone();
    sorted.sort_unstable();
    let confirmations =
        [">3 $11 unsubscribe $1 a :0", ">3 $7 message $1 a $1 2", ">3 $9 subscribe $1 a :1"];
    let mut expected = vec!["+PONG", ":1", ":1", ":2"];
    expected.extend(confirmations);
    expected.sort_unstable();
    assert_eq!(sorted, expected);
    let place = |text: &str| got.iter().position(|reply| reply == text);
    assert!(place(confirmations[2]) < place(confirmations[1]), "{got:?}");
    assert!(place(confirmations[1]) < place(confirmations[0]), "{got:?}");
    for text in ["1", "2", "3"] {
        assert_eq!(other.reply(), format!("*3 $7 message $1 a $1 {text}"));
    }
}
