// Caret: `io::Result<()>`. Says: it does not name its error; return `Result<(), io::Error>`.
use std::io;

use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    pub fn get(&self) {}

    #[on_start]
    fn load(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn main() {}
