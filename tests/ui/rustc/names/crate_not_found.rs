// Caret: `nowhere`. Says: there is no such crate or module.
use actor_runtime::actor;

struct Counter;

#[actor(crate = nowhere)]
impl Counter {
    pub fn get(&self) {}
}

fn main() {}
