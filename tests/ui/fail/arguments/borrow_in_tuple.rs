// Caret: `&[u8]`. Message: handler and argument by name; take `Vec<u8>`.
#![allow(unused_variables)]

use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    pub fn store(&mut self, (key, value): (u64, &[u8])) {}
}

fn main() {}
