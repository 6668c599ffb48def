// Caret: `Count`. Message: handlers are inherent methods; what to write.
use actor_runtime::actor;

struct Counter;

trait Count {
    fn get(&self);
}

#[actor]
impl Count for Counter {
    fn get(&self) {}
}

fn main() {}
