// Caret: `start(Counter)`. Says: the actor ends if its handle is not taken from this future.
#![deny(unused_must_use)]

use actor_runtime::{actor, start};

struct Counter;

#[actor]
impl Counter {
    pub fn get(&self) {}
}

fn main() {
    start(Counter);
}
