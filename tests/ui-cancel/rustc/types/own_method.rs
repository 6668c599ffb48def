// Caret: all of `self.load(1)`. Says: not known to be cancel safe, and the three ways out.
use actor_runtime::select;

struct Cache;

impl Cache {
    async fn load(&self, key: u8) -> u8 {
        key
    }

    async fn run(&self) {
        select! {
            value = self.load(1) => drop(value),
        }
    }
}

fn main() {}
