// Caret: `cancel_safe`, inside of `cfg_attr`. Message: a marker cannot be conditional.
use actor_runtime::{actor, cancel_safe};

struct Counter;

#[actor]
impl Counter {
    #[cfg_attr(all(), cancel_safe)]
    pub async fn get(&self) {}
}

fn main() {}
