// Caret: `Pin<&mut Self>`. Says: an actor lends or gives itself; what to write.
use std::pin::Pin;

use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    pub fn get(self: Pin<&mut Self>) {}
}

fn main() {}
