// Caret: `spawn(Cell(None))` in `main`. Says: `Rc<str>` cannot be sent.
use std::rc::Rc;

use actor_runtime::{actor, spawn};

struct Cell<T>(Option<T>);

#[actor]
impl<T> Cell<T> {
    pub fn set(&mut self, value: T) {
        self.0 = Some(value);
    }
}

fn main() {
    spawn(Cell::<Rc<str>>(None));
}
