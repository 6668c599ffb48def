// Caret: `count`, and the value that is held. Says: what is held where.
use std::rc::Rc;

use actor_runtime::{actor, spawn};

struct Counter;

#[actor]
impl Counter {
    pub async fn count(&mut self) -> usize {
        let name: Rc<str> = "counter".into();
        tokio::task::yield_now().await;
        name.len()
    }
}

fn main() {
    spawn(Counter);
}
