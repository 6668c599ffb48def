// Caret: `Counter` in the options. Says: the actor has that name.
use actor_runtime::actor;

struct Counter;

#[actor(message = Counter)]
impl Counter {
    pub fn get(&self) {}
}

fn main() {}
