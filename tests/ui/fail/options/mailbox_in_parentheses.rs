// Caret: `(128)`. Says: write `mailbox = 128`.
use actor_runtime::actor;

struct Counter;

#[actor(mailbox(128))]
impl Counter {
    pub fn get(&self) {}
}

fn main() {}
