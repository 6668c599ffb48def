// Caret: `Frame`, once. Says: there is no such type.
use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    pub fn push(&mut self, _frame: Frame) {}
}

fn main() {}
