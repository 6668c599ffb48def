// Caret: the second `#[actor]`, once. Message: it is given twice. The handle is there.
use actor_runtime::{actor, spawn};

struct Counter(u64);

#[actor]
#[actor(local)]
impl Counter {
    pub fn get(&self) -> u64 {
        self.0
    }
}

struct App {
    counter: CounterHandle,
}

fn main() {
    let app = App { counter: spawn(Counter(0)) };
    let _ = app.counter.get();
}
