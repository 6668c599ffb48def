// Caret: `Counter` in the options. Says: the actor has that name.
use actor_runtime::actor;

struct Counter;

#[actor(handle = Counter)]
impl Counter {
    pub fn get(&self) {}
}

fn main() {}
