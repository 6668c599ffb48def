//! Event sources, and functions that may be dropped.

use std::collections::VecDeque;

use actor_runtime::{CallError, Context, actor, cancel_safe, checked_select, select};
use tokio::{
    sync::mpsc,
    time::{Instant, Interval},
};

use crate::{CounterHandle, StackHandle};

/// Numbers that arrive in pairs.
#[derive(Debug)]
pub struct Pairs {
    numbers: mpsc::Receiver<u32>,
    first: Option<u32>,
}

impl Pairs {
    /// Returns the next pair. [`Self`] keeps the first number of one that is not complete.
    #[cancel_safe]
    pub async fn next(&mut self) -> Option<(u32, u32)> {
        if self.first.is_none() {
            self.first = Some(self.numbers.recv().await?);
        }
        let second = self.numbers.recv().await?;
        self.first.take().map(|first| (first, second))
    }
}

/// Waits for its clients.
#[derive(Debug)]
pub struct Connection {
    pairs: Pairs,
    requests: mpsc::Receiver<String>,
    ticks: Interval,
    queue: VecDeque<String>,
    stack: StackHandle<u32>,
    seen: u64,
}

#[actor(
    mailbox = 16,
    first = sources,
    messages_if = self.queue.len() < Self::WINDOW,
    busy_if = !self.queue.is_empty()
)]
impl Connection {
    /// How many requests wait, at most. See [`Self::status`].
    pub const WINDOW: usize = 8;

    /// Returns how many requests wait, of at most [`Self::WINDOW`].
    #[handler(always)]
    #[must_use]
    pub fn status(&self) -> usize {
        self.queue.len()
    }

    /// Takes the oldest request from [`Self`].
    pub fn take(&mut self) -> Option<String> {
        self.queue.pop_front()
    }

    /// Waits for a request or an item, whichever is first.
    #[cancel_safe(undelivered = put_back)]
    pub async fn next(&mut self) -> Option<String> {
        select! {
            request = self.requests.recv() => request,
            item = self.stack.pop() => item.ok().flatten().map(|item| item.to_string()),
        }
    }

    /// Adds up what `counter` and [`Self::next`] give.
    ///
    /// # Errors
    ///
    /// Fails if `counter` has ended.
    #[checked_select]
    pub async fn sum(&mut self, counter: CounterHandle) -> Result<u64, CallError> {
        let total = counter.get().await?;
        loop {
            tokio::select! {
                Some(request) = self.requests.recv() => self.queue.push_back(request),
                _ = self.ticks.tick() => return Ok(total + self.seen),
            }
        }
    }

    #[on(self.requests.recv(), if self.queue.len() < Self::WINDOW)]
    fn request(&mut self, request: String) {
        self.queue.push_back(request);
    }

    #[on(self.pairs.next())]
    async fn pair(&mut self, (first, second): (u32, u32), context: &Context<Self>) {
        self.seen += u64::from(first) + u64::from(second);
        if self.seen > 1000 {
            context.stop();
        }
        tokio::task::yield_now().await;
    }

    #[on(self.ticks.tick())]
    const fn tick(&mut self, _: Instant) {
        self.seen += 1;
    }

    fn put_back(&mut self, request: Option<String>) {
        self.queue.extend(request);
    }

    #[on_stop]
    fn close(&mut self) {
        self.requests.close();
    }
}
