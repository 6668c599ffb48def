// Caret: `#[handler(run_abandoned)]`. Says: `reset` is not `pub`; what to do.
use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    pub fn get(&self) {}

    #[handler(run_abandoned)]
    fn reset(&mut self) {}
}

fn main() {}
