// Caret: `"two"`. Says: `u64` was expected.
use actor_runtime::{actor, spawn};

struct Counter;

#[actor]
impl Counter {
    pub fn add(&mut self, _amount: u64) {}
}

fn main() {
    let counter = spawn(Counter);
    let _ = counter.add("two");
}
