// Caret: `Context`. Says: write `&Context<Self>`.
use actor_runtime::{Context, actor};

struct Counter;

#[actor]
impl Counter {
    pub fn get(&self, context: &Context) {}
}

fn main() {}
