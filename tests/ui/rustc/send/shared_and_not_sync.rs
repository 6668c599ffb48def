// Caret: `get` or its `&self`. Says: `&Counter` is held over an await, so `Counter` has to be `Sync`; `&mut self` is the cure.
use std::cell::Cell;

use actor_runtime::{actor, spawn};

struct Counter {
    total: Cell<u64>,
}

#[actor]
impl Counter {
    pub async fn get(&self) -> u64 {
        tokio::task::yield_now().await;
        self.total.get()
    }
}

fn main() {
    spawn(Counter { total: Cell::new(0) });
}
