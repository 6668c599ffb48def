// Caret: `K, V`. Message: a variant has fixed types; what to write.
#![allow(unused_variables)]

use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    pub fn add<K, V>(&mut self, key: K, value: V) {}
}

fn main() {}
