// Caret: `impl Iterator<Item = u64>`. Message: a reply needs a named type.
use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    pub fn totals(&self) -> impl Iterator<Item = u64> {
        0..3
    }
}

fn main() {}
