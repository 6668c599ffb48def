// Caret: `&str`. Says: the error outlives the actor; return `String`.
use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    pub fn get(&self) {}

    #[on_start]
    fn load(&mut self) -> Result<(), &str> {
        Ok(())
    }
}

fn main() {}
