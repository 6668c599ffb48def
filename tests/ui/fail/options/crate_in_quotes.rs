// Caret: `"actor_runtime"`. Says: it needs a path, without quotes.
use actor_runtime::actor;

struct Counter;

#[actor(crate = "actor_runtime")]
impl Counter {
    pub fn get(&self) {}
}

fn main() {}
