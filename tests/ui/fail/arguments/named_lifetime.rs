// Caret: `<'a>` or `&'a str`, once. Says: a message owns; take `&str` or `String`.
#![allow(unused_variables)]

use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    pub fn rename<'a>(&mut self, name: &'a str) {}
}

fn main() {}
