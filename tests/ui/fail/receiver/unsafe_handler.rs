// Caret: `unsafe`. Says: a message cannot promise what it asks for.
use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    pub unsafe fn get(&self) {}
}

fn main() {}
