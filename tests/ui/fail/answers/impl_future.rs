// Caret: `impl Future<Output = u64>`. Says: write `async fn total`.
use actor_runtime::actor;

struct Counter;

#[actor]
impl Counter {
    pub fn total(&self) -> impl Future<Output = u64> {
        async { 3 }
    }
}

fn main() {}
