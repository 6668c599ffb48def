//! The state that every contestant keeps: what is measured is the way to it, not the work it does.

use std::sync::atomic::{AtomicU64, Ordering};

/// How many counters have been dropped, in this process.
static DROPPED: AtomicU64 = AtomicU64::new(0);

/// A sum, and how many of its kind were dropped.
#[derive(Debug, Default)]
pub struct Counter {
    total: u64,
}

impl Counter {
    /// Adds `amount` and gives the total.
    ///
    /// # Panics
    ///
    /// If the total overflows. The way to the panic stays in the program, so that the protection
    /// against it is paid for by those who have it.
    pub fn add(&mut self, amount: u64) -> u64 {
        self.total = self.total.checked_add(amount).expect("the total fits");
        self.total
    }

    /// Adds `amount` and gives the total, with nothing to wait for.
    #[expect(clippy::unused_async, reason = "it is what an `async` handler does")]
    pub async fn add_ready(&mut self, amount: u64) -> u64 {
        self.add(amount)
    }

    /// Adds `amount`, waits for one turn of the scheduler, and gives the total.
    pub async fn add_and_yield(&mut self, amount: u64) -> u64 {
        self.add(amount);
        tokio::task::yield_now().await;
        self.total
    }

    /// How many counters have been dropped so far.
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
