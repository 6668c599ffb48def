// Caret: the block or the arrow. Says: `u64` was expected; once.
use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    pub fn get(&self) -> u64 {}
}

fn main() {}
