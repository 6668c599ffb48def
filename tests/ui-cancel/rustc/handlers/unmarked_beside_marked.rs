// Caret: all of `stack.push(1)`, and nothing about `stack.pop()`. Says: the handler `push` is not marked.
use actor_runtime::{actor, select};

pub struct Stack(Vec<u32>);

#[actor]
impl Stack {
    #[cancel_safe(undelivered = put_back)]
    pub fn pop(&mut self) -> Option<u32> {
        self.0.pop()
    }

    pub fn push(&mut self, element: u32) {
        self.0.push(element);
    }

    fn put_back(&mut self, element: Option<u32>) {
        self.0.extend(element);
    }
}

async fn run(stack: StackHandle) {
    select! {
        _ = stack.pop() => {}
        _ = stack.push(1) => {}
    }
}

fn main() {}
