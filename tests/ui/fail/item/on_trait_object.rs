// Caret: `dyn Count`. Says: it has no name; wrap it in a struct. Nothing else.
use actor_runtime::actor;

trait Count {}

#[actor]
impl dyn Count {
    pub fn get(&self) {}
}

fn main() {}
