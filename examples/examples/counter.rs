//! The smallest complete actor: a struct, an `impl`, and a handle to call it.
//!
//! Run with `cargo run -p actor-examples --example counter`. `counter_expanded.rs` shows the code that `#[actor]`
//! generates for it.

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

    /// Returns the total so far.
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

    // A call waits for its reply, a cast only for room in the mailbox.
    assert_eq!(counter.add(2).await?, 2);
    counter.add(3).cast().await?;
    let total = counter.get().await?;
    assert_eq!(total, 5);
    println!("counted to {total}");

    // A handler that takes `self` ends the actor. Later calls fail.
    assert_eq!(counter.finish().await?, 5);
    println!("the actor has ended: {}", counter.exited().await);
    println!("one more call: {}", counter.add(1).await.unwrap_err());
    Ok(())
}
