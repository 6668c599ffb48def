// Caret: `T`. Says: all messages have one type; what to write.
#![allow(unused_variables)]

use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    pub fn add<T>(&mut self, amount: T) {}
}

fn main() {}
