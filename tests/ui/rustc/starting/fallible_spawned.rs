// Caret: `Counter` in `main`. Says: it may fail to start; `start(actor).await?`.
use actor_runtime::{actor, spawn};

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
    spawn(Counter);
}
