// Caret: `#[cfg(unix)]`. Says: put it on the whole handler.
#![allow(unused_variables)]

use actor_runtime::{Reply, actor};

struct Counter;

#[actor]
impl Counter {
    pub fn get(&self, #[cfg(unix)] reply: Reply<u64>) {}
}

fn main() {}
