// Caret: `CounterHandle`. Says: the name is taken; `handle = Name`.
use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    pub fn get(&self) {}
}

pub struct CounterHandle;

fn main() {}
