// Caret: `reply`. Says: it is unused; it is an error for the caller if it drops.
#![deny(unused)]

use actor_runtime::{Reply, actor, spawn};

struct Counter;

#[actor]
impl Counter {
    pub fn get(&self, reply: Reply<u64>) {}
}

fn main() {
    let counter = spawn(Counter);
    let _ = counter.get();
}
