// Caret: `local`. Says: a comma is missing.
use actor_runtime::actor;

struct Counter;

#[actor(mailbox = 8 local)]
impl Counter {
    pub fn get(&self) {}
}

fn main() {}
