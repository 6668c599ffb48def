// Caret: the second `run_abandoned`. Says: keep one.
use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    #[handler(run_abandoned, run_abandoned)]
    pub fn get(&self) {}
}

fn main() {}
