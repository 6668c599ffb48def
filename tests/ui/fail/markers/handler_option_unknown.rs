// Caret: `run_always`. Says: no such option, and which there is.
use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    #[handler(run_always)]
    pub fn get(&self) {}
}

fn main() {}
