// Caret: `add` in `main`. Says: it is deprecated, with the text.
#![deny(deprecated)]

use actor_runtime::{actor, spawn};

struct Counter;

#[actor]
impl Counter {
    #[deprecated = "use `set`"]
    pub fn add(&mut self, _amount: u64) {}
}

fn main() {
    let counter = spawn(Counter);
    let _ = counter.add(2);
}
