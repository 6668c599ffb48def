// Caret: `Rc<str>`, once. Says: it cannot be sent; `Arc`, or `local`.
use std::rc::Rc;

use actor_runtime::{Replies, actor, spawn};

struct Counter;

#[actor]
impl Counter {
    pub fn names(&self, _replies: Replies<Rc<str>>) {}
}

fn main() {
    spawn(Counter);
}
