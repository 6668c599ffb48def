// Caret: `&u64`. Message: only this one; the handle and its other methods exist.
#![allow(unused_variables)]

use actor_runtime::{ActorHandle, actor, spawn};

struct Counter;

#[actor]
impl Counter {
    pub fn add(&mut self, amount: &u64) {}

    pub fn get(&self) -> u64 {
        3
    }

    pub fn finish(self) -> u64 {
        3
    }
}

async fn use_it() {
    let counter: CounterHandle = spawn(Counter);
    assert_eq!(counter.clone().get().await.unwrap(), 3);
    assert_eq!(counter.finish().await.unwrap(), 3);
    counter.shutdown().await;
}

fn main() {}
