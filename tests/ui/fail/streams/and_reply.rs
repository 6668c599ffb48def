// Caret: `Reply<u64>`. Says: a message has one reply.
#![allow(unused_variables)]

use actor_runtime::{Replies, Reply, actor};

struct Counter;

#[actor]
impl Counter {
    pub async fn list(&self, replies: Replies<u64>, reply: Reply<u64>) {}
}

fn main() {}
