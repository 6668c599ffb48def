// Caret: `call`. Says: it loses its place, and `pin!`.
use actor_runtime::{ActorHandle, actor, select};

pub struct Stack(Vec<u32>);

#[actor]
impl Stack {
    pub fn push(&mut self, element: u32) {
        self.0.push(element);
    }
}

async fn run(stack: StackHandle) {
    let call = stack.lease();
    select! {
        lease = call => drop(lease),
    }
}

fn main() {}
