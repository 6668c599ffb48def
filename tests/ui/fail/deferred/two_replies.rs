// Caret: the second `Reply<u64>`. Says: a message has one reply.
#![allow(unused_variables)]

use actor_runtime::{Reply, actor};

struct Counter;

#[actor]
impl Counter {
    pub fn get(&self, one: Reply<u64>, other: Reply<u64>) {}
}

fn main() {}
