//! Limits on how long something is waited for.
//!
//! They run on the system's clock. A test that has paused tokio's clock does not wait for a limit to
//! elapse: then the limit runs on that clock. It jumps ahead as soon as tokio has nothing to do, although
//! threads that tokio does not know may have work. As long as they have, the jump does not count.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
    time::{Duration, Instant},
};

use crate::thread::{alarm::Alarm, worker};

/// The number of times that tasks may run after the paused clock has jumped, before the jump counts. A
/// thread that has just become idle may have woken one.
const TURNS: u32 = 16;

/// How often it is looked whether threads still have work, after the paused clock has jumped.
const STEP: Duration = Duration::from_millis(1);

/// A limit that runs from its creation.
pub(crate) struct Limit {
    duration: Duration,
    begun: Instant,
    clock: Clock,
}

enum Clock {
    System(Alarm),
    Paused { begun: tokio::time::Instant, sleep: Pin<Box<tokio::time::Sleep>> },
    Jumped(Jump),
}

impl Limit {
    pub(crate) fn new(duration: Duration) -> Self {
        let clock = if is_paused() {
            let sleep = Box::pin(tokio::time::sleep(duration));
            Clock::Paused { begun: tokio::time::Instant::now(), sleep }
        } else {
            Clock::System(Alarm::after(duration))
        };
        Self { duration, begun: Instant::now(), clock }
    }

    /// Completes when the time has elapsed. `is_elsewhere` tells whether what is waited for runs where
    /// the current runtime does not see it.
    pub(crate) fn poll(
        &mut self,
        cx: &mut Context<'_>,
        is_elsewhere: impl Fn() -> bool,
    ) -> Poll<()> {
        if let Clock::Paused { sleep, .. } = &mut self.clock {
            ready!(sleep.as_mut().poll(cx));
            let left = self.duration.saturating_sub(self.begun.elapsed());
            self.clock = Clock::Jumped(Jump::new(left));
        }
        match &mut self.clock {
            Clock::System(alarm) => alarm.poll(cx),
            Clock::Jumped(jump) => jump.poll(cx, is_elsewhere),
            Clock::Paused { .. } => unreachable!("replaced above"),
        }
    }

    /// The time that has elapsed on the clock that counts.
    pub(crate) fn elapsed(&self) -> Duration {
        match &self.clock {
            Clock::Paused { begun, .. } => begun.elapsed(),
            Clock::Jumped(jump) if jump.counts => self.duration,
            Clock::System(_) | Clock::Jumped(_) => self.begun.elapsed(),
        }
    }
}

/// The time after a paused clock has jumped to the end of a limit.
///
/// It lasts until the jump counts, because no thread has work and no task has had anything to do since, or
/// until the limit has elapsed on the system's clock.
#[derive(Debug)]
pub(crate) struct Jump {
    end: Alarm,
    step: Option<Alarm>,
    turns: u32,
    counts: bool,
}

impl Jump {
    /// `left` is how much of the limit is left on the system's clock.
    pub(crate) fn new(left: Duration) -> Self {
        Self { end: Alarm::after(left), step: None, turns: 0, counts: false }
    }

    /// Completes when the limit has elapsed. See [`Limit::poll`].
    pub(crate) fn poll(
        &mut self,
        cx: &mut Context<'_>,
        is_elsewhere: impl Fn() -> bool,
    ) -> Poll<()> {
        loop {
            if self.end.is_due() {
                return Poll::Ready(());
            }
            if !is_elsewhere() && !worker::is_any_at_work() {
                if self.turns == TURNS {
                    self.counts = true;
                    return Poll::Ready(());
                }
                self.turns += 1;
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            self.turns = 0;
            ready!(self.step.get_or_insert_with(|| Alarm::after(STEP)).poll(cx));
            self.step = None;
        }
    }
}

/// Whether tokio's clock stands still.
pub(crate) fn is_paused() -> bool {
    if cfg!(shuttle) {
        return false;
    }
    let tokio = tokio::time::Instant::now();
    let begun = Instant::now();
    while Instant::now() == begun {
        std::hint::spin_loop();
    }
    tokio::time::Instant::now() == tokio
}
