// Caret: `fn`. Says: it goes on an `async fn`; a hook is no handler.
use actor_runtime::{actor, cancel_safe};

pub struct Stack(Vec<u32>);

#[actor]
impl Stack {
    pub fn len(&self) -> usize {
        self.0.len()
    }

    #[cancel_safe]
    #[on_idle]
    fn idle(&mut self) {}
}

fn main() {}
