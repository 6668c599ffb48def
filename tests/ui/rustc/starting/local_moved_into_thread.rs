// Caret: the closure. Says: `Rc<str>` cannot be sent.
use std::rc::Rc;

use actor_runtime::{actor, spawn_thread};

struct Counter(Rc<str>);

#[actor(local)]
impl Counter {
    pub fn get(&self) {}
}

fn main() {
    let counter = Counter("counter".into());
    spawn_thread(move || counter).unwrap();
}
