// Caret: `path: String`. Message: a hook is called without arguments.
#![allow(unused_variables)]

use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    pub fn get(&self) {}

    #[on_start]
    fn load(&mut self, path: String) {}
}

fn main() {}
