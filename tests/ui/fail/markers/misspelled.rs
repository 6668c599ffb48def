// Caret: `on_stopp`. Says: there is no such marker; `on_stop` is meant.
use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    pub fn get(&self) {}

    #[on_stopp]
    fn save(&mut self) {}
}

fn main() {}
