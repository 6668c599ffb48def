// Caret: all of `stack.push(1).cast()`. Says: the message may be gone, and `try_cast()`. Not: `sent()`.
use actor_runtime::{actor, select};

pub struct Stack(Vec<u32>);

#[actor]
impl Stack {
    pub fn push(&mut self, element: u32) {
        self.0.push(element);
    }
}

async fn run(stack: StackHandle) {
    select! {
        sent = stack.push(1).cast() => drop(sent),
    }
}

fn main() {}
