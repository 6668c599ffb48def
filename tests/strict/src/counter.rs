//! Handlers of every plain kind, and hooks.

use std::{collections::VecDeque, fmt};

use actor_runtime::{Context, Replies, Reply, actor};

/// An amount is larger than [`Counter::LIMIT`].
#[derive(Debug)]
#[non_exhaustive]
pub struct TooLarge;

impl fmt::Display for TooLarge {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the amount is too large")
    }
}

impl std::error::Error for TooLarge {}

/// Counts. Its handle is a [`CounterHandle`], and its messages are [`CounterMessage`]s.
#[derive(Debug, Default)]
pub struct Counter {
    total: u64,
    steps: VecDeque<u64>,
}

#[actor(mailbox = 8, keep_alive)]
impl Counter {
    /// The most that [`Self::add`] takes.
    pub const LIMIT: u64 = 1000;

    /// Adds `amount`, at most [`Self::LIMIT`], and returns what [`get`](Self::get) would.
    ///
    /// # Errors
    ///
    /// Returns [`TooLarge`], and [`Self`] stays as it is.
    pub fn add(&mut self, amount: u64) -> Result<u64, TooLarge> {
        if amount > Self::LIMIT {
            return Err(TooLarge);
        }
        self.steps.push_back(amount);
        self.total += amount;
        Ok(self.total)
    }

    /// Returns the total.
    #[must_use]
    pub const fn get(&self) -> u64 {
        self.total
    }

    /// Returns the total, in another way than [`Self::get`].
    #[handler(queued)]
    #[must_use]
    pub const fn get_queued(&self) -> u64 {
        self.total
    }

    /// Adds what `text` says.
    pub fn parse(&mut self, text: &str, _reserved: &[u8]) -> bool {
        text.parse().is_ok_and(|amount| self.add(amount).is_ok())
    }

    /// Replies after the handler has returned. See [`Context`].
    pub fn later(&self, context: &Context<Self>, reply: Reply<u64>) {
        let _ = context;
        reply.send(self.total);
    }

    /// Streams the numbers below [`Self::get`].
    pub async fn numbers(&self, mut replies: Replies<u64>) {
        for number in 0..self.total {
            if replies.send(number).await.is_err() {
                return;
            }
        }
    }

    /// Waits for a moment, in a handler of [`Self`].
    #[handler(run_abandoned)]
    pub async fn wait(&mut self) {
        tokio::task::yield_now().await;
        self.total += 1;
    }

    /// Not public, unlike [`Self::get`].
    pub(crate) const fn reset(&mut self) {
        self.total = 0;
    }

    /// Replaced by [`Self::add`].
    #[deprecated(note = "use `add`")]
    pub const fn increment(&mut self) {
        self.total += 1;
    }

    /// Ends [`Self`] with its total.
    #[must_use]
    pub fn finish(self) -> u64 {
        self.total
    }

    #[on_start]
    async fn load(&mut self, context: &Context<Self>) -> Result<(), TooLarge> {
        tokio::task::yield_now().await;
        self.steps.clear();
        if context.is_leased() { Err(TooLarge) } else { Ok(()) }
    }

    #[on_idle]
    fn rest(&mut self) {
        self.steps.clear();
    }

    #[on_stop]
    async fn save(&mut self) {
        self.reset();
        tokio::task::yield_now().await;
    }
}
