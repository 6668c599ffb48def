// Caret: `T` or the set. Says: `T` has to be `Ord`.
use std::collections::BTreeSet;

use actor_runtime::actor;

struct Heap<T>(BTreeSet<T>);

#[actor]
impl<T> Heap<T> {
    pub fn push(&mut self, item: T) {
        self.0.insert(item);
    }
}

fn main() {}
