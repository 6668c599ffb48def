// Caret: `Counter`. Says: nothing is `pub`; mark the handlers.
use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    fn get(&self) {}

    pub fn new() -> Self {
        Self
    }
}

fn main() {}
