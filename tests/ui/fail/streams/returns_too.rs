// Caret: `u64` after the arrow. Says: it would answer twice.
#![allow(unused_variables)]

use actor_runtime::{Replies, actor};

struct Counter;

#[actor]
impl Counter {
    pub async fn list(&self, replies: Replies<u64>) -> u64 {
        3
    }
}

fn main() {}
