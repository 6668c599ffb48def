// Caret: all of the branch. Says: the message may be gone, and the mark is about calls.
use actor_runtime::{actor, select};

pub struct Stack(Vec<u32>);

#[actor]
impl Stack {
    #[cancel_safe(idempotent)]
    pub fn clear(&mut self) {
        self.0.clear();
    }
}

async fn run(stack: StackHandle) {
    select! {
        _ = stack.clear().cast() => {}
    }
}

fn main() {}
