// Caret: `messages_if`. Says: held messages could never be let through again.
use actor_runtime::actor;

struct Counter {
    is_ready: bool,
}

#[actor(messages_if = self.is_ready)]
impl Counter {
    pub fn get(&self) {}
}

fn main() {}
