// Caret: `dyn FnOnce()`. Says: it cannot be sent; the `Send` that is missing.
use actor_runtime::{actor, spawn};

struct Counter;

#[actor]
impl Counter {
    pub fn run(&mut self, job: Box<dyn FnOnce()>) {
        job()
    }
}

fn main() {
    spawn(Counter);
}
