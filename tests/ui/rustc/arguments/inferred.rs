// Caret: `_`. Says: a message needs a type.
use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    pub fn add(&mut self, amount: _) {}
}

fn main() {}
