// Caret: `trait`. Says: put it on the impl block.
use actor_runtime::actor;

#[actor]
pub trait Count {
    fn get(&self);
}

fn main() {}
