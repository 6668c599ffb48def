// Caret: `CounterMessage`. Says: the name is taken; `message = Name`.
use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    pub fn get(&self) {}
}

pub enum CounterMessage {}

fn main() {}
