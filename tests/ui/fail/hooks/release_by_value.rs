// Caret: `self`. Says: the actor goes on; take `&mut self`.
use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    pub fn get(&self) {}

    #[on_release]
    fn roll_back(self) {}
}

fn main() {}
