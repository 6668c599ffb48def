// Caret: `always`, each time. Message: nothing is held back; the handler takes the actor.
use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    #[handler(always)]
    pub fn get(&self) {}

    #[handler(always)]
    pub fn finish(self) {}
}

fn main() {}
