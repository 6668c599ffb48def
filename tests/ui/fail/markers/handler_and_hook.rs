// Caret: `#[handler(run_abandoned)]`. Says: `save` cannot be both.
use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    pub fn get(&self) {}

    #[handler(run_abandoned)]
    #[on_stop]
    fn save(&mut self) {}
}

fn main() {}
