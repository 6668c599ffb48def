// Caret: the second attribute. Says: keep one.
use actor_runtime::{actor};

pub struct Stack(Vec<u32>);

#[actor]
impl Stack {
    #[cancel_safe]
    #[cancel_safe(idempotent)]
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

fn main() {}
