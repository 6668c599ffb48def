// Caret: `.await`. Says: it is not in an async function.
use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    pub fn give_back(&mut self, _lease: u64) {}
}

struct Lease(CounterHandle);

impl Drop for Lease {
    fn drop(&mut self) {
        let _ = self.0.give_back(3).await;
    }
}

fn main() {}
