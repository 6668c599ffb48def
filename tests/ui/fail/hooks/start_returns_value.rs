// Caret: `bool`. Says: nobody reads it; what it may return.
use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    pub fn get(&self) {}

    #[on_start]
    fn load(&mut self) -> bool {
        true
    }
}

fn main() {}
