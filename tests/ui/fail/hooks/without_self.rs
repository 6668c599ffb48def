// Caret: `load`. Says: take `&mut self`.
use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    pub fn get(&self) {}

    #[on_start]
    fn load() {}
}

fn main() {}
