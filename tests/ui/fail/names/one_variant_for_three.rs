// Caret: the second and the third name. Message: which two would be the same variant.
use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    pub fn get(&self) {}

    pub fn get_(&self) {}

    pub fn _get(&self) {}
}

fn main() {}
