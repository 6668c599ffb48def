// Caret: the closure in `main`. Says: it may fail to start; what to use.
use actor_runtime::{actor, spawn_thread};

struct Counter;

#[actor]
impl Counter {
    pub fn get(&self) {}

    #[on_start]
    fn load(&mut self) -> Result<(), String> {
        Ok(())
    }
}

fn main() {
    spawn_thread(|| Counter).unwrap();
}
