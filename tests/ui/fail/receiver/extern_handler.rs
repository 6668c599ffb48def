// Caret: `extern "C"`. Message: remove it.
use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    pub extern "C" fn get(&self) {}
}

fn main() {}
