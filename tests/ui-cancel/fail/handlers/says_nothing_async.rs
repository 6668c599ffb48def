// Caret: `cancel_safe`. Says: the same of an `async fn`.
use actor_runtime::{actor};

pub struct Stack(Vec<u32>);

#[actor]
impl Stack {
    #[cancel_safe]
    pub async fn clear(&mut self) {
        self.0.clear();
    }
}

fn main() {}
