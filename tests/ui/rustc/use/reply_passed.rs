// Caret: the reply. Says: the handle's method does not take it.
use actor_runtime::{Reply, actor, spawn};

struct Counter;

#[actor]
impl Counter {
    pub fn get(&self, _reply: Reply<u64>) {}
}

fn use_it(reply: Reply<u64>) {
    let counter = spawn(Counter);
    let _ = counter.get(reply);
}

fn main() {
    let _ = use_it;
}
