// Caret: `cancel_safe`. Says: what becomes of the answer has to be said, and the two ways to.
use actor_runtime::{actor};

pub struct Stack(Vec<u32>);

#[actor]
impl Stack {
    #[cancel_safe]
    pub fn pop(&mut self) -> Option<u32> {
        self.0.pop()
    }
}

fn main() {}
