// Caret: the future. Message: write an `async fn`.
use std::{future::Future, pin::Pin};

use actor_runtime::actor;

struct Counter(u64);

#[actor]
impl Counter {
    pub fn get(&self) -> Pin<Box<dyn Future<Output = u64> + Send + '_>> {
        Box::pin(async { self.0 })
    }
}

fn main() {}
