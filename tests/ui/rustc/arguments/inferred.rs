// Caret: each `_`. Says: a type is needed, and which one is returned.
use actor_runtime::actor;

struct Counter(u64);

#[actor]
impl Counter {
    pub fn add(&mut self, amount: _, more: Vec<_>) {}

    pub fn total(&self) -> _ {
        self.0
    }

    pub fn set(&mut self, total: &_) {}
}

fn main() {}
