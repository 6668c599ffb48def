// Caret: `Reply`. Says: write what the answer is, `Reply<T>`.
use actor_runtime::{Reply, actor};

struct Counter;

#[actor]
impl Counter {
    pub fn get(&self, reply: Reply) {}
}

fn main() {}
