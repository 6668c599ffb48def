// Caret: `Rc<u32>`. Says: it cannot be sent.
use std::rc::Rc;

use actor_runtime::actor;

pub struct Stack(Vec<u32>);

#[actor]
impl Stack {
    #[cancel_safe(undelivered = put_back)]
    pub fn pop(&mut self) -> Rc<u32> {
        Rc::new(1)
    }

    fn put_back(&mut self, element: Rc<u32>) {
        drop(element);
    }
}

fn main() {}
