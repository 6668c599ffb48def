// Caret: `cast`. Says: the message may be gone, and `try_cast()`.
use actor_runtime::{actor, select};

pub struct Stack(Vec<u32>);

#[actor]
impl Stack {
    pub fn push(&mut self, element: u32) {
        self.0.push(element);
    }
}

async fn run(stack: StackHandle) {
    let cast = stack.push(1).cast();
    select! {
        sent = cast => drop(sent),
    }
}

fn main() {}
