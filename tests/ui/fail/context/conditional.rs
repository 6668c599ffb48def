// Caret: `#[cfg(unix)]`. Says: put it on the whole handler.
#![allow(unused_variables)]

use actor_runtime::{Context, actor};

struct Counter;

#[actor]
impl Counter {
    pub fn get(&self, #[cfg(unix)] context: &Context<Self>) {}
}

fn main() {}
