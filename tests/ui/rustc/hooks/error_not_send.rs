// Caret: `Rc<str>` or the hook. Says: it cannot be sent.
use std::rc::Rc;

use actor_runtime::{actor, start};

struct Counter;

#[actor]
impl Counter {
    pub fn get(&self) {}

    #[on_start]
    fn load(&mut self) -> Result<(), Rc<str>> {
        Ok(())
    }
}

fn main() {
    let _ = start(Counter);
}
