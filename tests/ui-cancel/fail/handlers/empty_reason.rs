// Caret: the empty text. Says: the reason is empty.
use actor_runtime::{actor};

pub struct Stack(Vec<u32>);

#[actor]
impl Stack {
    #[cancel_safe(trusted = "")]
    pub fn pop(&mut self) -> Option<u32> {
        self.0.pop()
    }
}

fn main() {}
