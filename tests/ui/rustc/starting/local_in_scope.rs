// Caret: `Counter` in `main`. Says: it stays on its thread.
use actor_runtime::{Scope, actor};

struct Counter;

#[actor(local)]
impl Counter {
    pub fn get(&self) {}
}

fn main() {
    Scope::new().spawn(Counter);
}
