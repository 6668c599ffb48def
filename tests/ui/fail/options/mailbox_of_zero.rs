// Caret: `0`. Says: such a mailbox never takes a message; what to write.
use actor_runtime::actor;

struct Counter;

#[actor(mailbox = 0)]
impl Counter {
    pub fn get(&self) {}
}

fn main() {}
