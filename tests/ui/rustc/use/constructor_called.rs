// Caret: `new`. Says: the handle has no such function.
use actor_runtime::{actor, spawn};

struct Counter;

#[actor]
impl Counter {
    pub fn new() -> Self {
        Self
    }

    pub fn get(&self) {}
}

fn main() {
    let _ = spawn(CounterHandle::new());
}
