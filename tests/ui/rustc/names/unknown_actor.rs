// Caret: `Countr`, once. Says: there is no such type.
use actor_runtime::actor;

#[actor]
impl Countr {
    pub fn get(&self) {}
}

fn main() {}
