// Caret: `Result<Self, String>`. Says: nobody reads it; what it may return.
use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    pub fn get(&self) {}

    #[on_start]
    fn load(&mut self) -> Result<Self, String> {
        Ok(Self)
    }
}

fn main() {}
