// Carets: `cancel_safe`, `nothing`, `cancel_safe`. Says: all three at once.
use actor_runtime::{actor};

pub struct Stack(Vec<u32>);

#[actor]
impl Stack {
    #[cancel_safe]
    pub fn pop(&mut self) -> Option<u32> {
        self.0.pop()
    }

    #[cancel_safe(nothing)]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    #[cancel_safe]
    pub fn finish(self) {}
}

fn main() {}
