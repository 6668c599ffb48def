// Caret: `crate`. Says: it needs a path; what to write.
use actor_runtime::actor;

struct Counter;

#[actor(crate)]
impl Counter {
    pub fn get(&self) {}
}

fn main() {}
