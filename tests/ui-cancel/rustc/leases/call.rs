// Caret: all of `stack.lease()`. Says: it loses its place, and `pin!`. Not: `sent()`.
use actor_runtime::{ActorHandle, actor, select};

pub struct Stack(Vec<u32>);

#[actor]
impl Stack {
    pub fn push(&mut self, element: u32) {
        self.0.push(element);
    }
}

async fn run(stack: StackHandle) {
    select! {
        lease = stack.lease() => drop(lease),
    }
}

fn main() {}
