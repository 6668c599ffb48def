// Caret: the second `&Context<Self>`. Says: keep one.
#![allow(unused_variables)]

use actor_runtime::{Context, actor};

struct Counter;

#[actor]
impl Counter {
    pub fn get(&self, one: &Context<Self>, other: &Context<Self>) {}
}

fn main() {}
