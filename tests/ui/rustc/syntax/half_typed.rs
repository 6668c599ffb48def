// Caret: where the signature stops. Says: what is missing; `get` stays usable.
use actor_runtime::{actor, spawn};

struct Counter;

#[actor]
impl Counter {
    pub fn get(&self) {}

    pub fn ad
}

async fn use_it() {
    spawn(Counter).get().await.unwrap();
}

fn main() {}
