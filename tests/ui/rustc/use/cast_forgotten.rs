// Caret: `counter.add(2).cast()`. Says: it does nothing unless awaited.
#![deny(unused_must_use)]

use actor_runtime::{actor, spawn};

struct Counter;

#[actor]
impl Counter {
    pub fn add(&mut self, _amount: u64) {}
}

fn main() {
    let counter = spawn(Counter);
    counter.add(2).cast();
}
