// Caret: `T`. Says: nothing says what for.
use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    pub fn get(&self) {}

    #[on_start]
    fn load<T>(&mut self) {}
}

fn main() {}
