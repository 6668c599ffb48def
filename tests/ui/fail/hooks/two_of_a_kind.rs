// Caret: the second `#[on_stop]`. Message: keep one, and call the other from it.
use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    pub fn get(&self) {}

    #[on_stop]
    fn save(&mut self) {}

    #[on_stop]
    fn close(&mut self) {}
}

fn main() {}
