// Caret: `&String`. Says: handler and argument by name; take `&str` or `String`.
#![allow(unused_variables)]

use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    pub fn rename(&mut self, name: &String) {}
}

fn main() {}
