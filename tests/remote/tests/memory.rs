//! The promises, inside of one process.

use actor_remote::{Link, Network};
use actor_remote_tests::{Transport, contract};

struct Memory(Network);

impl Transport for Memory {
    async fn link(&self) -> Link {
        self.0.link()
    }
}

contract!(async { Some(Memory(Network::new())) });
