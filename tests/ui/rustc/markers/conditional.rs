// Caret: `on_stop`. Says: a marker is not conditional; where the condition goes.
use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    pub fn get(&self) {}

    #[cfg_attr(unix, on_stop)]
    fn save(&mut self) {}
}

fn main() {}
