// Caret: `Counter`. Says: nothing is a handler; mark the handlers `pub`.
use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {}

fn main() {}
