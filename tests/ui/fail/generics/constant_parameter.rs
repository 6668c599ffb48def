// Caret: `const N: usize`. Says: all messages have one type; what to write.
#![allow(unused_variables)]

use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    pub fn store<const N: usize>(&mut self, bytes: [u8; N]) {}
}

fn main() {}
