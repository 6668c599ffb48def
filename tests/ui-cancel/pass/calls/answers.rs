//! An answer that is lent, and a call that is let finish.

use std::time::Duration;

use actor_runtime::{actor, select, spawn};

#[derive(Default)]
struct Counter(u64);

#[actor]
impl Counter {
    /// Adds.
    pub fn add(&mut self, amount: u64) -> u64 {
        self.0 += amount;
        self.0
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let counter = spawn(Counter::default());
    let mut answer = counter.add(2).sent().await.unwrap();
    loop {
        select! {
            total = &mut answer => { assert_eq!(total, Ok(2)); break }
            () = tokio::time::sleep(Duration::from_millis(1)) => {
                assert_eq!(counter.add(3).await, Ok(5));
            }
        }
    }
}
