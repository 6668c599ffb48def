// Caret: `str`. Says: take `&str` or `String`.
use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    pub fn rename(&mut self, name: str) {}
}

fn main() {}
