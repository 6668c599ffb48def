// Caret: the second `#[handler(run_abandoned)]`. Says: keep one.
use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    #[handler(run_abandoned)]
    #[handler(run_abandoned)]
    pub fn get(&self) {}
}

fn main() {}
