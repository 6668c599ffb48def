// Caret: `#[handler]`. Says: a `pub` method is a handler without it.
use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    #[handler]
    pub fn get(&self) {}
}

fn main() {}
