// Caret: `fn`. Says: put it on the impl block.
use actor_runtime::actor;

#[actor]
async fn count() {}

fn main() {}
