// Caret: `counter`. Says: it is borrowed for as long as the task; the cure is `sent()` or a clone.
use actor_runtime::{actor, spawn};

struct Counter;

#[actor]
impl Counter {
    pub fn add(&mut self, _amount: u64) {}
}

async fn use_it() {
    let counter = spawn(Counter);
    let call = counter.add(2);
    tokio::spawn(async move { call.await });
}

fn main() {
    let _ = use_it();
}
