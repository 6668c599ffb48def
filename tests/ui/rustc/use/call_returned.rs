// Caret: the call. Says: it borrows the handle.
use actor_runtime::{CallError, actor, spawn};

struct Counter;

#[actor]
impl Counter {
    pub fn get(&self) -> u64 {
        3
    }
}

fn total() -> impl Future<Output = Result<u64, CallError>> {
    let counter = spawn(Counter);
    counter.get()
}

fn main() {
    let _ = total();
}
