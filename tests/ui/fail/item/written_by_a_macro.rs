// Carets: `Counter` and `Timer`. Message: there is no handler; what a macro writes is not seen; a handler takes `&self`.
use actor_runtime::actor;

macro_rules! getters {
    ($($name:ident)*) => { $(pub fn $name(&self) {})* };
}

struct Counter;

#[actor]
impl Counter {
    getters! { first last }
}

struct Timer;

#[actor]
impl Timer {
    pub fn new() -> Self {
        Self
    }

    pub async fn wait(_seconds: u64) {}
}

fn main() {}
