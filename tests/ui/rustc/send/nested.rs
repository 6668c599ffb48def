// Caret: `Rc<str>` in the angle brackets, once. Says: it cannot be sent.
use std::rc::Rc;

use actor_runtime::{actor, spawn};

struct Counter;

#[actor]
impl Counter {
    pub fn rename(&mut self, _names: Option<Vec<Rc<str>>>) {}
}

fn main() {
    spawn(Counter);
}
