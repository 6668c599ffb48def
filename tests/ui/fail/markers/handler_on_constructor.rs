// Caret: `#[handler(run_abandoned)]`. Says: `new` takes no `self`; what to do.
use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    #[handler(run_abandoned)]
    pub fn new() -> Self {
        Self
    }

    pub fn get(&self) {}
}

fn main() {}
