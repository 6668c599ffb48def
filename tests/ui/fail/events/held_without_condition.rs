// Caret: `messages_if`. Says: it needs a condition.
use actor_runtime::actor;

struct Counter;

#[actor(messages_if)]
impl Counter {
    pub fn get(&self) {}
}

fn main() {}
