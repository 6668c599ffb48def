// Caret: `Counter` in `main`. Says: it may fail to start; `scope.start(actor).await?`.
use actor_runtime::{Scope, actor};

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
    Scope::new().spawn(Counter);
}
