// Caret: `on_realease`. Says: did you mean `#[on_release]`?
use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    pub fn get(&self) {}

    #[on_realease]
    fn roll_back(&mut self) {}
}

fn main() {}
