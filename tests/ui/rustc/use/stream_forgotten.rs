// Caret: `counter.list()`. Says: it does nothing unless polled.
#![deny(unused_must_use)]

use actor_runtime::{Replies, actor, spawn};

struct Counter;

#[actor]
impl Counter {
    pub fn list(&self, _replies: Replies<u64>) {}
}

fn main() {
    let counter = spawn(Counter);
    counter.list();
}
