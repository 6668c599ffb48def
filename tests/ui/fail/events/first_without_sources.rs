// Caret: `first`. Says: there is nothing beside the mailbox.
use actor_runtime::actor;

struct Counter;

#[actor(first = mailbox)]
impl Counter {
    pub fn get(&self) {}
}

fn main() {}
