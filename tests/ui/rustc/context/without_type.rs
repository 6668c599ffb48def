// Caret: `Context`. Says: its type is missing.
use actor_runtime::{Context, actor};

struct Counter;

#[actor]
impl Counter {
    pub fn get(&self, context: &Context) {}
}

fn main() {}
