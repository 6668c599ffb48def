// Caret: `"Remote"`. Says: it needs a name.
use actor_runtime::actor;

struct Counter;

#[actor(handle = "Remote")]
impl Counter {
    pub fn get(&self) {}
}

fn main() {}
