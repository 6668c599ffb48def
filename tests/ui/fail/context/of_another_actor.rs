// Caret: `Context<Other>`. Says: the context is that of `Counter`; take `&Context<Self>`.
#![allow(unused_variables)]

use actor_runtime::{Context, actor};

struct Counter;

struct Other;

#[actor]
impl Other {
    pub fn get(&self) {}
}

#[actor]
impl Counter {
    pub fn get(&self, context: &Context<Other>) {}
}

fn main() {}
