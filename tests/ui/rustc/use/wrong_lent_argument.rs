// Caret: `3`. Says: what `name` may be made of.
use actor_runtime::{actor, spawn};

struct Counter;

#[actor]
impl Counter {
    pub fn rename(&mut self, _name: &str) {}
}

fn main() {
    let counter = spawn(Counter);
    let _ = counter.rename(3);
}
