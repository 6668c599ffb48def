// Caret: `io::Result<()>`. Says: nobody reads it.
use std::io;

use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    pub fn get(&self) {}

    #[on_stop]
    async fn save(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn main() {}
