// Caret: `handle`. Says: it needs a name; what to write.
use actor_runtime::actor;

struct Counter;

#[actor(handle)]
impl Counter {
    pub fn get(&self) {}
}

fn main() {}
