// Caret: `cancel_safe`. Says: keep one of both.
use actor_runtime::{actor};

pub struct Stack(Vec<u32>);

#[actor]
impl Stack {
    #[handler(run_abandoned)]
    #[cancel_safe]
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

fn main() {}
