// Caret: `Counter` after `impl`, once. Says: the actor cannot be sent, because of `Rc<str>`; or `local`.
use std::rc::Rc;

use actor_runtime::{actor, spawn};

struct Counter {
    name: Rc<str>,
}

#[actor]
impl Counter {
    pub fn length(&self) -> usize {
        self.name.len()
    }
}

fn main() {
    spawn(Counter { name: "counter".into() });
}
