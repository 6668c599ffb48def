// Caret: `mailbox`. Says: it needs a value; what to write.
use actor_runtime::actor;

struct Counter;

#[actor(mailbox)]
impl Counter {
    pub fn get(&self) {}
}

fn main() {}
