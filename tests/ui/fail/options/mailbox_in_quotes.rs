// Caret: `"128"`. Message: not a capacity; what to write.
use actor_runtime::actor;

struct Counter;

#[actor(mailbox = "128")]
impl Counter {
    pub fn get(&self) {}
}

fn main() {}
