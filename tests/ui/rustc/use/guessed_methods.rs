// Carets: each method that there is not. Says: so; nothing of traits that cannot be imported.
use actor_runtime::{actor, spawn};

struct Counter;

#[actor]
impl Counter {
    pub fn get(&self) {}
}

fn main() {
    let counter = spawn(Counter);
    counter.get().block();
    counter.get().wait();
    counter.get().block_on();
    counter.ask();
}
