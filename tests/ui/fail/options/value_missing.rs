// Caret: the end of the options. Says: a value is missing.
use actor_runtime::actor;

struct Counter;

#[actor(mailbox =)]
impl Counter {
    pub fn get(&self) {}
}

fn main() {}
