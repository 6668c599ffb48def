// Caret: the methods in the attributes. Says: what each takes, and what it has to take.
use actor_runtime::{Context, actor};

pub struct Stack(Vec<u32>);

#[actor]
impl Stack {
    #[cancel_safe(undelivered = put_back)]
    pub fn pop(&mut self) -> Option<u32> {
        self.0.pop()
    }

    fn put_back(&mut self, element: u32) {
        self.0.push(element);
    }

    #[cancel_safe(undelivered = put_first)]
    pub fn shift(&mut self) -> Result<u32, String> {
        self.pop().ok_or_else(|| "empty".into())
    }

    fn put_first(&self, _: &u32, _: &Context<Self>) {}

    #[cancel_safe(undelivered = count)]
    pub async fn len(&mut self) -> usize {
        self.0.len()
    }

    fn count(&mut self, _: u64) {}
}

fn main() {}
