// Caret: `answer`. Says: its result is lost, lend it.
use actor_runtime::{actor, select};

pub struct Stack(Vec<u32>);

#[actor]
impl Stack {
    #[cancel_safe(undelivered = put_back)]
    pub fn pop(&mut self) -> Option<u32> {
        self.0.pop()
    }

    fn put_back(&mut self, element: Option<u32>) {
        self.0.extend(element);
    }
}

async fn run(stack: StackHandle) {
    let answer = stack.pop().sent().await.unwrap();
    select! {
        _ = answer => {}
    }
}

fn main() {}
