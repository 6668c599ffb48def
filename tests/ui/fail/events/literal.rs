// Caret: the literal. Says: a future is taken; nothing about the value.
use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    #[on("tick")]
    fn tick(&mut self) {}
}

fn main() {}
