// Caret: each `Rc<str>`. Says: it cannot be sent.
use std::rc::Rc;

use actor_runtime::{actor, spawn};

struct Counter;

#[actor]
impl Counter {
    pub fn rename(&mut self, _name: Rc<str>) {}

    pub fn name(&self) -> Rc<str> {
        "counter".into()
    }
}

fn main() {
    spawn(Counter);
}
