// Caret: `reset`. Says: the handle has no such method.
use actor_runtime::{actor, spawn};

struct Counter;

#[actor]
impl Counter {
    pub fn get(&self) {}

    fn reset(&mut self) {}
}

fn main() {
    let counter = spawn(Counter);
    let _ = counter.reset();
}
