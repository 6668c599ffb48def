// Caret: `Rc<str>`, once. Says: it cannot be sent; `Arc`, or `local`.
use std::rc::Rc;

use actor_runtime::{Reply, actor, spawn};

struct Counter;

#[actor]
impl Counter {
    pub fn name(&self, reply: Reply<Rc<str>>) {
        reply.send("counter".into());
    }
}

fn main() {
    spawn(Counter);
}
