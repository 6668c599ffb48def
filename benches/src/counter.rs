//! The state of every contestant. Its work is minimal, so that the cost of passing messages dominates.

use std::sync::atomic::{AtomicU64, Ordering};

/// The number of counters dropped in this process.
static DROPPED: AtomicU64 = AtomicU64::new(0);

/// A sum. Drops of counters are counted globally.
#[derive(Debug, Default)]
pub struct Counter {
    total: u64,
}

impl Counter {
    /// Adds `amount` and returns the total.
    ///
    /// # Panics
    ///
    /// Panics if the total overflows. The possible panic keeps the compiler from removing the panic handling
    /// of contestants that have it.
    pub fn add(&mut self, amount: u64) -> u64 {
        self.total = self.total.checked_add(amount).expect("the total fits");
        self.total
    }

    /// Adds `amount` and returns the total, without waiting.
    #[expect(clippy::unused_async, reason = "it is what an `async` handler does")]
    pub async fn add_ready(&mut self, amount: u64) -> u64 {
        self.add(amount)
    }

    /// Adds `amount`, yields to the scheduler once, and returns the total.
    pub async fn add_and_yield(&mut self, amount: u64) -> u64 {
        self.add(amount);
        tokio::task::yield_now().await;
        self.total
    }

    /// Returns the number of counters dropped so far.
    #[must_use]
    pub fn dropped() -> u64 {
        DROPPED.load(Ordering::Acquire)
    }
}

impl Drop for Counter {
    fn drop(&mut self) {
        DROPPED.fetch_add(1, Ordering::Release);
    }
}
