// Caret: `cancel_safe`, inside of `cfg_attr`. Says: a marker has no condition.
use actor_runtime::{actor, cancel_safe};

struct Counter;

#[actor]
impl Counter {
    #[cfg_attr(all(), cancel_safe)]
    pub async fn get(&self) {}
}

fn main() {}
