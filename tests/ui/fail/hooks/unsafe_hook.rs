// Caret: `unsafe`. Message: make it safe.
use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    pub fn get(&self) {}

    #[on_idle]
    unsafe fn flush(&mut self) {}
}

fn main() {}
