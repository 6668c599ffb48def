// Caret: `self.totl`. Says: what rustc says about a body, and nothing of ours.
use actor_runtime::actor;

struct Counter {
    total: u64,
}

#[actor]
impl Counter {
    pub fn get(&self) -> u64 {
        self.totl
    }
}

fn main() {}
