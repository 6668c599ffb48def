// Caret: `Counter` in `main`. Says: `spawn_thread` takes a closure that makes the actor.
use actor_runtime::{actor, spawn_thread};

struct Counter;

#[actor]
impl Counter {
    pub fn get(&self) {}
}

fn main() {
    spawn_thread(Counter).unwrap();
}
