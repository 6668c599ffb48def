// Caret: `mod`. Says: put it on the impl block.
use actor_runtime::actor;

#[actor]
mod counting {}

fn main() {}
