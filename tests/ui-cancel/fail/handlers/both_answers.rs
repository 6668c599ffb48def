// Caret: `idempotent`. Says: it excludes `undelivered`.
use actor_runtime::{actor};

pub struct Stack(Vec<u32>);

#[actor]
impl Stack {
    #[cancel_safe(undelivered = put_back, idempotent)]
    pub fn pop(&mut self) -> Option<u32> {
        self.0.pop()
    }

    fn put_back(&mut self, element: Option<u32>) {
        self.0.extend(element);
    }
}

fn main() {}
