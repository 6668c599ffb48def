// Caret: `push` or `Frame`. Says: `Frame` is more private than what uses it.
#![deny(private_interfaces)]

use actor_runtime::actor;

pub struct Counter;

struct Frame;

#[actor]
impl Counter {
    pub fn push(&mut self, _frame: Frame) {}
}

fn main() {}
