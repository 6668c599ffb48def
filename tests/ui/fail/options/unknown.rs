// Caret: `colour`. Says: no such option, and which there are.
use actor_runtime::actor;

struct Counter;

#[actor(colour = 3)]
impl Counter {
    pub fn get(&self) {}
}

fn main() {}
