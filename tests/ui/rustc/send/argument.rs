// Caret: `Rc<str>`, once. Says: it cannot be sent; `Arc`, or `local`.
use std::rc::Rc;

use actor_runtime::{actor, spawn};

struct Counter;

#[actor]
impl Counter {
    pub fn rename(&mut self, _name: Rc<str>) {}
}

fn main() {
    spawn(Counter);
}
