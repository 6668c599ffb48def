// Caret: `Counter` in `main`. Says: it stays on its thread; `spawn_thread`, `spawn_local`, `pair`.
use actor_runtime::{actor, spawn};

struct Counter;

#[actor(local)]
impl Counter {
    pub fn get(&self) {}
}

fn main() {
    spawn(Counter);
}
