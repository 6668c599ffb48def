// Caret: `unsafe`. Says: leave it out.
use actor_runtime::actor;

struct Counter;

#[actor]
unsafe impl Counter {
    pub fn get(&self) {}
}

fn main() {}
