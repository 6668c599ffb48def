// Caret: `wire::Message`. Says: it needs a name.
use actor_runtime::actor;

struct Counter;

#[actor(message = wire::Message)]
impl Counter {
    pub fn get(&self) {}
}

fn main() {}
