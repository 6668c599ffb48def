// Caret: `'_`. Message: the reply outlives `self`; return an owned type.
use std::slice::Iter;

use actor_runtime::actor;

struct Counter {
    totals: Vec<u64>,
}

#[actor]
impl Counter {
    pub fn totals(&self) -> Iter<'_, u64> {
        self.totals.iter()
    }
}

fn main() {}
