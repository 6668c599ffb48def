// Caret: `Context<Self>`. Says: take `&Context<Self>`.
#![allow(unused_variables)]

use actor_runtime::{Context, actor};

struct Counter;

#[actor]
impl Counter {
    pub fn get(&self) {}

    #[on_start]
    fn load(&mut self, context: Context<Self>) {}
}

fn main() {}
