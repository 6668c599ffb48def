// Caret: `counter.get().await.unwrap()`. Says: it is a `u64`.
use actor_runtime::{actor, spawn};

struct Counter;

#[actor]
impl Counter {
    pub fn get(&self) -> u64 {
        3
    }
}

async fn use_it() {
    let counter = spawn(Counter);
    let _: String = counter.get().await.unwrap();
}

fn main() {
    let _ = use_it();
}
