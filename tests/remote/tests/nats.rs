//! The promises, over a NATS server.
#![cfg(feature = "nats")]

use std::sync::OnceLock;

use actor_remote::Link;
use actor_remote_tests::{Transport, contract, nats::Server};

struct Nats(&'static Server);

impl Nats {
    fn started() -> Option<Self> {
        static SERVER: OnceLock<Option<Server>> = OnceLock::new();
        SERVER.get_or_init(Server::start).as_ref().map(Self)
    }
}

impl Transport for Nats {
    async fn link(&self) -> Link {
        actor_nats::connect(self.0.address()).await.expect("it is connected")
    }
}

contract!(async { Nats::started() });
