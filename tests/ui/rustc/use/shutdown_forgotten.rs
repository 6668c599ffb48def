// Caret: `counter.shutdown()`. Says: it does nothing unless awaited.
#![deny(unused_must_use)]

use actor_runtime::{ActorHandle, actor, spawn};

struct Counter;

#[actor]
impl Counter {
    pub fn get(&self) {}
}

fn main() {
    let counter = spawn(Counter);
    counter.shutdown();
}
