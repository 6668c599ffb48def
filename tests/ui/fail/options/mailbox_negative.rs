// Caret: `-1`. Says: that is no size; what to write.
use actor_runtime::actor;

struct Counter;

#[actor(mailbox = -1)]
impl Counter {
    pub fn get(&self) {}
}

fn main() {}
