// Caret: `&mut Reply<u64>`. Says: take `Reply<u64>`.
#![allow(unused_variables)]

use actor_runtime::{Reply, actor};

struct Counter;

#[actor]
impl Counter {
    pub fn get(&self, reply: &mut Reply<u64>) {}
}

fn main() {}
