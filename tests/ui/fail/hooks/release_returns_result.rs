// Caret: `Result<(), String>`. Says: nobody reads it.
use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    pub fn get(&self) {}

    #[on_release]
    fn roll_back(&mut self) -> Result<(), String> {
        Ok(())
    }
}

fn main() {}
