// Caret: `'static`. Says: it has the actor for one message; leave it out.
use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    pub fn get(&'static self) {}
}

fn main() {}
