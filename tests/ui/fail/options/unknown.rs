// Caret: `colour`. Message: no such option; the list of options.
use actor_runtime::actor;

struct Counter;

#[actor(colour = 3)]
impl Counter {
    pub fn get(&self) {}
}

fn main() {}
