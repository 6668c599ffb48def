// Caret: `Rc<str>`, once. Says: it cannot be sent, even if nobody spawns the actor.
use std::rc::Rc;

use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    pub fn rename(&mut self, _name: Rc<str>) {}
}

fn main() {}
