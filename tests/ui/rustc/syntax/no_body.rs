// Caret: `;` or the method. Says: it needs a body.
use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    pub fn get(&self);
}

fn main() {}
