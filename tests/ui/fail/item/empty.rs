// Caret: `Counter`. Message: there is no handler; make the handlers `pub`.
use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {}

fn main() {}
