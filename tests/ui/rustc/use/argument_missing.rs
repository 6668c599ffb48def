// Caret: `add`. Says: an argument of type `u64` is missing; shows the handler.
use actor_runtime::{actor, spawn};

struct Counter;

#[actor]
impl Counter {
    pub fn add(&mut self, _amount: u64) {}
}

fn main() {
    let counter = spawn(Counter);
    let _ = counter.add();
}
