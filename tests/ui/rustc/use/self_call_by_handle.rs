// Caret: `add`. Says: it takes `&mut self`, and this is `&self`.
use actor_runtime::{actor, spawn};

struct Counter {
    total: u64,
}

#[actor]
impl Counter {
    pub fn get(&self) -> u64 {
        self.add(1);
        self.total
    }

    pub fn add(&mut self, amount: u64) {
        self.total += amount;
    }
}

fn main() {
    spawn(Counter { total: 0 });
}
