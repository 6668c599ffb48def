// Caret: `#[on_idle(often)]`. Says: it takes no options.
use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    pub fn get(&self) {}

    #[on_idle(often)]
    fn flush(&mut self) {}
}

fn main() {}
