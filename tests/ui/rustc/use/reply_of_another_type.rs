// Caret: `3`. Says: a `String` was expected.
use actor_runtime::{Reply, actor, spawn};

struct Counter;

#[actor]
impl Counter {
    pub fn name(&self, reply: Reply<String>) {
        reply.send(3);
    }
}

fn main() {
    spawn(Counter);
}
