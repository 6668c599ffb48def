// Caret: `counter.add(2)`. Says: it is not sent until it is awaited, cast or sent.
#![deny(unused_must_use)]

use actor_runtime::{actor, spawn};

struct Counter;

#[actor]
impl Counter {
    pub fn add(&mut self, _amount: u64) {}
}

fn main() {
    let counter = spawn(Counter);
    counter.add(2);
}
