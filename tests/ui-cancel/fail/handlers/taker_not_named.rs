// Caret: `undelivered`. Says: it needs a method.
use actor_runtime::{actor};

pub struct Stack(Vec<u32>);

#[actor]
impl Stack {
    #[cancel_safe(undelivered)]
    pub fn pop(&mut self) -> Option<u32> {
        self.0.pop()
    }
}

fn main() {}
