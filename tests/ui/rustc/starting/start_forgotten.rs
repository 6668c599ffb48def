// Caret: `start(Counter)`. Says: the actor ends at once if nobody takes its handle.
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
