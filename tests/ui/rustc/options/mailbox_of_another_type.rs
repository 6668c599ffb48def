// Caret: `SIZE` in the options. Says: `usize` was expected.
use actor_runtime::actor;

struct Counter;

const SIZE: u16 = 8;

#[actor(mailbox = SIZE)]
impl Counter {
    pub fn get(&self) {}
}

fn main() {}
