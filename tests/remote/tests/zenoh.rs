//! The promises, over zenoh.
#![cfg(feature = "zenoh")]

use std::net::TcpListener;

use actor_remote::Link;
use actor_remote_tests::{Transport, contract};
use actor_zenoh::zenoh::{self, Config, Session};
use tokio::sync::OnceCell;

/// All links connect to a first session, and by what it tells them to each other.
struct Zenoh(String);

/// The address of the first session, which lives as long as the tests.
async fn first() -> String {
    static FIRST: OnceCell<(Session, String)> = OnceCell::const_new();
    let (_, address) = FIRST
        .get_or_init(|| async {
            // The runtime of one test ends before others begin. zenoh has threads of its own.
            let address = free_address();
            let session = zenoh::open(config(&address, None)).await.expect("it is open");
            (session, address)
        })
        .await;
    address.clone()
}

fn free_address() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    format!("tcp/{}", listener.local_addr().expect("an address"))
}

fn config(listen: &str, connect: Option<&str>) -> Config {
    let mut config = Config::default();
    let connect = connect.map_or("[]".to_owned(), |address| format!("[\"{address}\"]"));
    for (key, value) in [
        ("mode", "\"peer\""),
        ("scouting/multicast/enabled", "false"),
        // Otherwise two peers connect to each other at the same time, and what is on one of the connections is lost.
        ("scouting/gossip/autoconnect_strategy", "{ peer: { to_peer: \"greater-zid\" } }"),
        ("listen/endpoints", &format!("[\"{listen}\"]")),
        ("connect/endpoints", &connect),
    ] {
        config.insert_json5(key, value).expect("a setting");
    }
    config
}

impl Transport for Zenoh {
    const TELLS_WHO_ENDS: bool = false;

    async fn link(&self) -> Link {
        actor_zenoh::open(config(&free_address(), Some(&self.0))).await.expect("it is open")
    }
}

contract!(async { Some(Zenoh(first().await)) });
