// Caret: `impl FnOnce() + Send`. Says: take a box, without `Send` twice.
#![allow(unused_variables)]

use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    pub fn run(&mut self, job: impl FnOnce() + Send) {}
}

fn main() {}
