// Caret: `&mut cast`. Says: it is not sent, and `cast().await`.
use actor_runtime::{actor, select};

pub struct Stack(Vec<u32>);

#[actor]
impl Stack {
    pub fn push(&mut self, element: u32) {
        self.0.push(element);
    }
}

async fn run(stack: StackHandle) {
    let mut cast = stack.push(1).cast();
    select! {
        sent = &mut cast => drop(sent),
    }
}

fn main() {}
