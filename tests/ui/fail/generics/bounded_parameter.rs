// Caret: `T: Into<u64>`. Says: all messages have one type; once, and nothing of the where clause.
#![allow(unused_variables)]

use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    pub fn add<T: Into<u64>>(&mut self, amount: T)
    where
        T: Clone,
    {
    }
}

fn main() {}
