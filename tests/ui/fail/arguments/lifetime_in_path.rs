// Caret: `'_`. Says: a message owns what it carries.
#![allow(unused_variables)]

use std::slice::Iter;

use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    pub fn add(&mut self, amounts: Iter<'_, u64>) {}
}

fn main() {}
