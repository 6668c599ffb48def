// Caret: `counter` in `main`. Says: a handle is not an actor.
use actor_runtime::{actor, spawn};

struct Counter;

#[actor]
impl Counter {
    pub fn get(&self) {}
}

fn main() {
    let counter = spawn(Counter);
    spawn(counter);
}
