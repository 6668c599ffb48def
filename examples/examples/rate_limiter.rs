//! A rate limiter: callers wait for their turn in the order in which they asked, and whoever gives up costs
//! no turn.
//!
//! Run with `cargo run -p actor-examples --example rate_limiter`. Time is paused, so the program finishes immediately.

use std::{collections::VecDeque, time::Duration};

use actor_runtime::{Reply, actor, spawn};
use tokio::time::{Instant, Interval, interval};

/// Grants one permit per tick, and saves up to `burst` of them.
#[derive(Debug)]
pub struct RateLimiter {
    ticks: Interval,
    permits: usize,
    burst: usize,
    waiting: VecDeque<Reply<()>>,
}

// While callers wait, the limiter goes on, even if its last handle is dropped. With a thousand of them it
// takes no more messages, so the mailbox fills up and `try_call` reports it.
#[actor(busy_if = !self.waiting.is_empty(), messages_if = self.waiting.len() < 1000)]
impl RateLimiter {
    /// Completes when the caller may go on.
    pub fn acquire(&mut self, permit: Reply<()>) {
        self.waiting.push_back(permit);
        self.grant();
    }

    #[on(self.ticks.tick())]
    fn tick(&mut self, _: Instant) {
        self.permits = self.burst.min(self.permits + 1);
        self.grant();
    }

    fn grant(&mut self) {
        self.waiting.retain(|permit| !permit.is_closed());
        let granted = self.permits.min(self.waiting.len());
        self.permits -= granted;
        self.waiting.drain(..granted).for_each(|permit| permit.send(()));
    }
}

impl RateLimiter {
    fn new(every: Duration, burst: usize) -> Self {
        Self { ticks: interval(every), permits: 0, burst, waiting: VecDeque::new() }
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let every = Duration::from_millis(100);
    let limiter = spawn(RateLimiter::new(every, 3));

    let start = Instant::now();
    for _ in 0..10 {
        limiter.acquire().await?;
    }
    println!("10 permits in {:?}", start.elapsed());
    assert_eq!(start.elapsed(), 9 * every);

    // This caller gives up after half a turn. The next one gets the turn.
    let start = Instant::now();
    assert!(limiter.acquire().timeout(every / 2).await.is_err());
    limiter.acquire().await?;
    assert_eq!(start.elapsed(), every);

    // After a pause there are three permits at once.
    tokio::time::sleep(10 * every).await;
    let start = Instant::now();
    for _ in 0..3 {
        limiter.acquire().await?;
    }
    assert_eq!(start.elapsed(), Duration::ZERO);
    Ok(())
}
