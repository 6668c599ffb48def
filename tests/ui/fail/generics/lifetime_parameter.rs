// Caret: `'a`. Says: leave out `<'a>`.
use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    pub fn reset<'a>(&mut self) {}
}

fn main() {}
