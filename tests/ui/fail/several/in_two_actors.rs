// Caret: `&u64` in `Counter`, then `T` in `Timer`. Message: one error for each.
#![allow(unused_variables)]

use actor_runtime::actor;

struct Counter;

struct Timer;

#[actor]
impl Counter {
    pub fn add(&mut self, amount: &u64) {}
}

#[actor]
impl Timer {
    pub fn set<T>(&mut self) {}
}

fn main() {}
