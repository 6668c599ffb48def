// Caret: `Rc<str>`, once. Says: it cannot be sent; `Arc`, or `local`.
use std::rc::Rc;

use actor_runtime::{actor, spawn};

struct Counter;

#[actor]
impl Counter {
    pub fn name(&self) -> Rc<str> {
        "counter".into()
    }
}

fn main() {
    spawn(Counter);
}
