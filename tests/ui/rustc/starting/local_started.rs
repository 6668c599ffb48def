// Caret: `Counter` in `main`. Says: it stays on its thread; `spawn_thread`, `spawn_local`, `pair`.
use actor_runtime::{actor, start};

struct Counter;

#[actor(local)]
impl Counter {
    pub fn get(&self) {}
}

async fn use_it() {
    start(Counter).await.unwrap();
}

fn main() {
    let _ = use_it();
}
