// Caret: `self` or `&mut self`. Says: `self` comes first.
use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    pub fn add(amount: u64, &mut self) {}

    pub fn get(&self) {}
}

fn main() {}
