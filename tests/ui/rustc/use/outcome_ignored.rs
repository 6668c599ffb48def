// Caret: `counter.add(2).await`. Says: the result must be used.
#![deny(unused_must_use)]

use actor_runtime::{actor, spawn};

struct Counter;

#[actor]
impl Counter {
    pub fn add(&mut self, _amount: u64) {}
}

async fn use_it() {
    let counter = spawn(Counter);
    counter.add(2).await;
}

fn main() {
    let _ = use_it();
}
