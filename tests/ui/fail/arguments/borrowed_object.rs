// Caret: `&dyn Fn()`. Says: handler and argument by name; take a box.
#![allow(unused_variables)]

use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    pub fn run(&mut self, job: &dyn Fn()) {}
}

fn main() {}
