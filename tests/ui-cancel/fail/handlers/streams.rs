// Caret: `cancel_safe`. Says: a stream loses nothing.
use actor_runtime::{Replies, actor};

pub struct Stack(Vec<u32>);

#[actor]
impl Stack {
    #[cancel_safe]
    pub async fn list(&self, mut elements: Replies<u32>) {
        for element in &self.0 {
            let _ = elements.send(*element).await;
        }
    }
}

fn main() {}
