// Caret: `true`. Says: `local` takes no value.
use actor_runtime::actor;

struct Counter;

#[actor(local = true)]
impl Counter {
    pub fn get(&self) {}
}

fn main() {}
