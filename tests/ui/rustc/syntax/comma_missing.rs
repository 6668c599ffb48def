// Caret: `amount`. Says: a comma is missing; once.
#![allow(unused_variables)]

use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    pub fn add(&mut self amount: u64) {}
}

fn main() {}
