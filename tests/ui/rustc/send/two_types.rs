// Caret: `Rc<str>`, then `*const u8`. Says: each cannot be sent, once.
use std::rc::Rc;

use actor_runtime::{actor, spawn};

struct Counter;

#[actor]
impl Counter {
    pub fn rename(&mut self, _name: Rc<str>) {}

    pub fn address(&self) -> *const u8 {
        std::ptr::null()
    }
}

fn main() {
    spawn(Counter);
}
