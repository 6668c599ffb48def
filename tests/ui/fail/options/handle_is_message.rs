// Caret: the second `Same`. Says: the handle has that name.
use actor_runtime::actor;

struct Counter;

#[actor(handle = Same, message = Same)]
impl Counter {
    pub fn get(&self) {}
}

fn main() {}
