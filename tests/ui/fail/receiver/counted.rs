// Caret: `Arc<Self>`. Message: how an actor is passed; what to write.
use std::sync::Arc;

use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    pub async fn get(self: Arc<Self>) {}
}

fn main() {}
