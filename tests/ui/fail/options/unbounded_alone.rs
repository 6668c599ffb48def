// Caret: `unbounded`. Says: write `mailbox = unbounded`.
use actor_runtime::actor;

struct Counter;

#[actor(unbounded)]
impl Counter {
    pub fn get(&self) {}
}

fn main() {}
