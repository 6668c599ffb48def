// Caret: after `amount`. Says: a type is missing; once.
use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    pub fn add(&mut self, amount) {}

    pub fn get(&self) {}
}

fn main() {}
