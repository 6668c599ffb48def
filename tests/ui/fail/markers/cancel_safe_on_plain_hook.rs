// Caret: `fn`. Says: a marked method is an `async fn`, also if it is a hook that is `pub`.
use actor_runtime::{actor, cancel_safe};

struct Counter;

#[actor]
impl Counter {
    pub fn get(&self) {}

    #[on_release]
    #[cancel_safe]
    pub fn unlock(&mut self) {}
}

fn main() {}
