// Caret: `&str`. Says: the borrow has ended; an owned type.
#![allow(unused_variables)]

use actor_runtime::{Reply, actor};

struct Counter;

#[actor]
impl Counter {
    pub fn name(&self, reply: Reply<&str>) {}
}

fn main() {}
