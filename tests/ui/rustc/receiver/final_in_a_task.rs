// Caret: the call or the handle. Says: it is borrowed for as long as the task.
use actor_runtime::{actor, spawn};

struct Counter;

#[actor]
impl Counter {
    pub fn finish(self) {}
}

async fn use_it() {
    let counter = spawn(Counter);
    tokio::spawn(counter.finish());
}

fn main() {
    let _ = use_it();
}
