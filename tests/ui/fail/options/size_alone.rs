// Caret: `128`. Message: write `mailbox = 128`.
use actor_runtime::actor;

struct Counter;

#[actor(128)]
impl Counter {
    pub fn get(&self) {}
}

fn main() {}
