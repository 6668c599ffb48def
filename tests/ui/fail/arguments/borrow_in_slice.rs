// Caret: the inner `&str`. Says: handler and argument by name; take `String`.
#![allow(unused_variables)]

use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    pub fn rename(&mut self, names: &[&str]) {}
}

fn main() {}
