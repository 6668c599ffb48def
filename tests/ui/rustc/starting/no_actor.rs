// Caret: the argument of each start, once. Says: it is not an actor; put `#[actor]` on its impl.
use std::sync::{Arc, Mutex};

use actor_runtime::{Builder, Scope, pair, spawn, spawn_local, start};

struct Counter;

impl Counter {
    pub fn get(&self) {}
}

async fn starts(scope: Scope, shared: Arc<Mutex<Counter>>) {
    let counter = spawn(Counter);
    counter.get().await;
    scope.spawn(&Counter);
    Builder::new().spawn(shared);
    start(Counter).await.unwrap();
    scope.start(Counter).await.unwrap();
    spawn_local(Counter);
    let _pair = pair(Counter);
}

fn main() {}
