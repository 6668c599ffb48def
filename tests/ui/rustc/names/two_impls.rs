// Caret: the second `Counter`. Says: `HasOneActorImpl`.
use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    pub fn get(&self) {}
}

#[actor]
impl Counter {
    pub fn add(&mut self) {}
}

fn main() {}
