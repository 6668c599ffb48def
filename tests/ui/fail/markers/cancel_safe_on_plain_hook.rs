// Caret: `fn`. Message: a marked method is an `async fn`, even a hook that is `pub`.
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
