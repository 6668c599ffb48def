// Caret: the second `call`. Says: it was moved.
use actor_runtime::{actor, spawn};

struct Counter;

#[actor]
impl Counter {
    pub fn add(&mut self, _amount: u64) {}
}

async fn use_it() {
    let counter = spawn(Counter);
    let call = counter.add(2);
    call.cast().await.unwrap();
    call.await.unwrap();
}

fn main() {
    let _ = use_it();
}
