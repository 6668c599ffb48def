// Caret: `unsafe`, `T`, `&u64`, `&T` and the arrow's `&u64`, in this order, each once.
// Says: one thing about each.
#![allow(unused_variables)]

use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    pub unsafe fn add<T>(&mut self, amount: &u64, other: &T) -> Option<&u64> {
        None
    }
}

fn main() {}
