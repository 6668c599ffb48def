// Caret: the second `mailbox`. Says: keep one.
use actor_runtime::actor;

struct Counter;

#[actor(mailbox = 8, mailbox = 16)]
impl Counter {
    pub fn get(&self) {}
}

fn main() {}
