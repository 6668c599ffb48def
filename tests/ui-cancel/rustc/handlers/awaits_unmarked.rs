// Caret: all of `self.fill()`. Says: it is not known to be cancel safe, mark it.
use actor_runtime::{actor};

pub struct Stack(Vec<u32>);

#[actor]
impl Stack {
    #[cancel_safe(undelivered = put_back)]
    pub async fn pop(&mut self) -> Option<u32> {
        self.fill().await;
        self.0.pop()
    }

    async fn fill(&mut self) {
        self.0.push(1);
    }

    fn put_back(&mut self, element: Option<u32>) {
        self.0.extend(element);
    }
}

fn main() {}
