// Caret: all of `stack.lease().timeout(..)`. Says: it loses its place, and `pin!`.
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
        lease = stack.lease().timeout(std::time::Duration::from_secs(1)) => drop(lease),
    }
}

fn main() {}
