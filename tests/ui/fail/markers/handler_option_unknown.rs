// Caret: `run_always`. Message: no such option; the list of options.
use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    #[handler(run_always)]
    pub fn get(&self) {}
}

fn main() {}
