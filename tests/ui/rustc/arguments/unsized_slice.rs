// Caret: `[u8]`. Says: take `&[u8]` or `Vec<u8>`.
use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    pub fn store(&mut self, bytes: [u8]) {}
}

fn main() {}
