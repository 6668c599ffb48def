// Caret: `#[handler(run_abandoned)]`. Says: it marks methods.
use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    #[handler(run_abandoned)]
    pub const LIMIT: u64 = 3;

    pub fn get(&self) {}
}

fn main() {}
