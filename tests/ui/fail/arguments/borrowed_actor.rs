// Caret: `&Self`. Says: handler and argument by name; take `Self`.
#![allow(unused_variables)]

use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    pub fn merge(&mut self, other: &Self) {}
}

fn main() {}
