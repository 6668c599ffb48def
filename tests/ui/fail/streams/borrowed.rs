// Caret: `&mut Replies<u64>`. Says: take `Replies<u64>`.
#![allow(unused_variables)]

use actor_runtime::{Replies, actor};

struct Counter;

#[actor]
impl Counter {
    pub async fn list(&self, replies: &mut Replies<u64>) {}
}

fn main() {}
