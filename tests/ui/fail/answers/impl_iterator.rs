// Caret: `impl Iterator<Item = u64>`. Says: a reply needs a type with a name.
use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    pub fn totals(&self) -> impl Iterator<Item = u64> {
        0..3
    }
}

fn main() {}
