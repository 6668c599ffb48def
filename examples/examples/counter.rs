//! The smallest actor: a counter.
//!
//! Run with `cargo run --example counter`.

use actor_runtime::{ActorHandle, actor, spawn};

/// Counts.
#[derive(Debug)]
pub struct Counter {
    total: u64,
}

#[actor]
impl Counter {
    /// Adds `amount` and returns the new total.
    pub fn add(&mut self, amount: u64) -> u64 {
        self.total += amount;
        self.total
    }

    /// The total so far.
    pub async fn get(&self) -> u64 {
        self.total
    }

    /// Ends the actor with its total.
    pub fn finish(self) -> u64 {
        self.total
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let counter = spawn(Counter { total: 0 });
    assert_eq!(counter.add(2).await?, 2);
    counter.add(3).cast().await?;
    assert_eq!(counter.get().await?, 5);
    assert_eq!(counter.finish().await?, 5);
    println!("{}", counter.exited().await);
    println!("{}", counter.add(1).await.unwrap_err());
    Ok(())
}
