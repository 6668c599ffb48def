// Caret: `shutdown`. Says: import `ActorHandle`.
use actor_runtime::{actor, spawn};

struct Counter;

#[actor]
impl Counter {
    pub fn get(&self) {}
}

fn main() {
    let counter = spawn(Counter);
    let _ = counter.shutdown();
}
