// Caret: `cancel_safe`. Says: nobody is left whom the answer could come back to.
use actor_runtime::{actor};

pub struct Stack(Vec<u32>);

#[actor]
impl Stack {
    #[cancel_safe(undelivered = put_back)]
    pub fn finish(self) -> Vec<u32> {
        self.0
    }

    fn put_back(&mut self, elements: Vec<u32>) {
        self.0 = elements;
    }
}

fn main() {}
