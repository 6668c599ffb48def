// Caret: the second `#[on_stop]`. Says: keep one, and let it call the other.
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
