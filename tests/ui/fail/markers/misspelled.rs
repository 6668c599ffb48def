// Caret: `on_stopp`. Message: unknown marker; did you mean `on_stop`?
use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    pub fn get(&self) {}

    #[on_stopp]
    fn save(&mut self) {}
}

fn main() {}
