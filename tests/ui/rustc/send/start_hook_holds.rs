// Caret: the hook, and the value that is held. Says: what is held where.
use std::rc::Rc;

use actor_runtime::{actor, spawn};

struct Counter;

#[actor]
impl Counter {
    pub fn get(&self) {}

    #[on_start]
    async fn load(&mut self) {
        let name: Rc<str> = "counter".into();
        tokio::task::yield_now().await;
        drop(name);
    }
}

fn main() {
    spawn(Counter);
}
