// Caret: `&str`. Says: the borrow has ended; an owned type.
#![allow(unused_variables)]

use actor_runtime::{Replies, actor};

struct Counter;

#[actor]
impl Counter {
    pub async fn list(&self, replies: Replies<&str>) {}
}

fn main() {}
