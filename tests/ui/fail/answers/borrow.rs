// Caret: `&u64`. Message: the reply outlives `self`; return `u64`.
use actor_runtime::actor;

struct Counter {
    total: u64,
}

#[actor]
impl Counter {
    pub fn peek(&self) -> &u64 {
        &self.total
    }
}

fn main() {}
