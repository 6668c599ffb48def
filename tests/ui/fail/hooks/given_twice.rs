// Caret: the second `#[on_stop]`. Says: keep one.
use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    pub fn get(&self) {}

    #[on_stop]
    #[on_stop]
    fn save(&mut self) {}
}

fn main() {}
