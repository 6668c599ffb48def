// Caret: `put_back` in the attribute. Says: `u32` and `Option<u32>`.
use actor_runtime::{actor};

pub struct Stack(Vec<u32>);

#[actor]
impl Stack {
    #[cancel_safe(undelivered = put_back)]
    pub fn pop(&mut self) -> Option<u32> {
        self.0.pop()
    }

    fn put_back(&mut self, element: u32) {
        self.0.push(element);
    }
}

fn main() {}
