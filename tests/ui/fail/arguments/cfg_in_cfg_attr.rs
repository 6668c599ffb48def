// Caret: `#[cfg_attr(..)]`. Message: write a single `#[cfg(..)]`.
use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    pub fn add(&mut self, #[cfg_attr(unix, cfg(windows))] amount: u8) {}
}

fn main() {}
