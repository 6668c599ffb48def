// Caret: `Box<Self>`. Says: an actor lends or gives itself; what to write.
use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    pub fn get(self: Box<Self>) {}
}

fn main() {}
