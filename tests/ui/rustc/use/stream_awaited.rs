// Caret: `.await`. Says: it is a stream; `next()`.
use actor_runtime::{Replies, actor, spawn};

struct Counter;

#[actor]
impl Counter {
    pub fn list(&self, _replies: Replies<u64>) {}
}

async fn use_it() {
    let counter = spawn(Counter);
    let _ = counter.list().await;
}

fn main() {
    let _ = use_it();
}
