// Caret: `Rc<T>`, once. Says: it cannot be sent; `Arc`, or `local`.
use std::rc::Rc;

use actor_runtime::actor;

struct Cell<T>(T);

#[actor]
impl<T> Cell<T> {
    pub fn set(&mut self, _value: Rc<T>) {}
}

fn main() {}
