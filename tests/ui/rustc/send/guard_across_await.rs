// Caret: `count`, and the guard. Says: what is held where.
use std::sync::Mutex;

use actor_runtime::{actor, spawn};

struct Counter {
    total: Mutex<u64>,
}

#[actor]
impl Counter {
    pub async fn count(&mut self) {
        let mut total = self.total.lock().unwrap();
        tokio::task::yield_now().await;
        *total += 1;
    }
}

fn main() {
    spawn(Counter { total: Mutex::new(0) });
}
