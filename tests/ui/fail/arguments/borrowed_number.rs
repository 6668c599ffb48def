// Caret: `&u64`. Says: handler and argument by name; take `u64`.
#![allow(unused_variables)]

use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    pub fn add(&mut self, amount: &u64) {}
}

fn main() {}
