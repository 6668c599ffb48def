// Caret: `put_back`. Says: it takes no `self`.
use actor_runtime::{actor};

pub struct Stack(Vec<u32>);

#[actor]
impl Stack {
    #[cancel_safe(undelivered = put_back)]
    pub fn pop(&mut self) -> Option<u32> {
        self.0.pop()
    }

    fn put_back(element: Option<u32>) {
        drop(element);
    }
}

fn main() {}
