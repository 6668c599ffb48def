// Caret: `u64` after the arrow. Says: it would answer twice.
#![allow(unused_variables)]

use actor_runtime::{Reply, actor};

struct Counter;

#[actor]
impl Counter {
    pub fn get(&self, reply: Reply<u64>) -> u64 {
        3
    }
}

fn main() {}
