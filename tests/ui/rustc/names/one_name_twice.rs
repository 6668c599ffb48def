// Caret: the second `get`. Says: it is defined twice; once.
use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    pub fn get(&self) {}

    pub fn get(&self) -> u64 {
        3
    }
}

fn main() {}
