// Caret: `impl Into<String>`. Says: a message needs a type with a name.
#![allow(unused_variables)]

use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    pub fn rename(&mut self, name: impl Into<String>) {}
}

fn main() {}
