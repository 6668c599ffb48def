// A deprecated handler gives no warning but to who calls it.
#![deny(warnings)]

use actor_runtime::{actor, spawn};

struct Counter;

#[actor]
impl Counter {
    #[deprecated(note = "use `set`")]
    pub fn add(&mut self, amount: u64) -> u64 {
        amount
    }

    pub fn set(&mut self) {}

    #[deprecated]
    pub fn finish(self) {}
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let counter = spawn(Counter);
    counter.set().await.unwrap();
    #[expect(deprecated)]
    let total = counter.add(2).await.unwrap();
    assert_eq!(total, 2);
}
