//! HTTP requests, which a web page can make a browser send: the connection is closed, and no line of the body
//! is run as a command.

use crate::support::{Client, Server, client::request};

/// Sends a request, and checks that the server closes the connection and has not run what follows.
fn check_closed(bytes: &[u8]) {
    let server = Server::start();
    let mut client = Client::connect(server.address);
    client.send_raw(bytes);
    let sent = String::from_utf8_lossy(bytes);
    assert_eq!(client.try_reply().ok().flatten(), None, "a reply to {sent:?}");
    assert_eq!(Client::connect(server.address).say("EXISTS evil"), ":0", "{sent:?} was run");
}

#[test]
fn a_post_request_closes_the_connection() {
    check_closed(b"POST / HTTP/1.1\r\nHost: localhost\r\n\r\nSET evil 1\r\n");
}

#[test]
fn a_host_header_closes_the_connection_whatever_the_method() {
    check_closed(b"PUT / HTTP/1.1\r\nHost: localhost\r\n\r\nSET evil 1\r\n");
    check_closed(b"GET / HTTP/1.1\r\nhOST: localhost\r\n\r\nSET evil 1\r\n");
    check_closed(b"OPTIONS * HTTP/1.1\r\nHost:\r\nX: y\r\n\r\nSET evil 1\r\n");
}

#[test]
fn http_closes_the_connection_in_every_state() {
    check_closed(&[request(&[b"post"]), request(&[b"SET", b"evil", b"1"])].concat());
    check_closed(b"MULTI\r\nPOST / HTTP/1.1\r\nSET evil 1\r\nEXEC\r\n");
    check_closed(b"CLIENT REPLY OFF\r\nHost: x\r\nSET evil 1\r\n");
}

#[test]
fn commands_before_an_http_request_are_run() {
    let server = Server::start();
    let mut client = Client::connect(server.address);
    client.send_raw(b"SET k 1\r\nPOST / HTTP/1.1\r\nSET k 2\r\n");
    assert_eq!(client.try_reply().ok().flatten(), None);
    let mut other = Client::connect(server.address);
    assert_eq!(other.say("GET k"), "$1 1");
    // The names are only refused as commands.
    assert_eq!(other.say("SET POST Host:"), "+OK");
    assert_eq!(other.say("POSTS"), "-ERR unknown command 'POSTS', with args beginning with:");
}
