// A handler may be marked, with or without other attributes.
use actor_runtime::{actor, spawn};

struct Counter;

#[actor]
impl Counter {
    /// Counts.
    #[handler(run_abandoned)]
    #[inline]
    pub fn add(&mut self) {}

    #[handler(run_abandoned)]
    pub async fn finish(self) {}
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let counter = spawn(Counter);
    counter.add().await.unwrap();
    counter.finish().await.unwrap();
}
