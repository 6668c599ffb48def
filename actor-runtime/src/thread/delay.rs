//! Delays of an actor's own.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use crate::thread::{alarm::Alarm, limit::is_paused};

/// A delay that begins at its creation, on the system's clock, so it needs no runtime. If a test has paused
/// tokio's clock, it is on that clock.
///
/// Unlike a [`Limit`](crate::thread::limit::Limit), nothing is given up when it elapses. So it does not
/// matter whether other threads have work when a paused clock jumps ahead.
pub(crate) enum Delay {
    System(Alarm),
    Paused(Pin<Box<tokio::time::Sleep>>),
}

impl Delay {
    pub(crate) fn new(duration: Duration) -> Self {
        if is_paused() {
            return Self::Paused(Box::pin(tokio::time::sleep(duration)));
        }
        Self::System(Alarm::after(duration))
    }

    /// Completes when the time has elapsed.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        match self {
            Self::System(alarm) => alarm.poll(cx),
            Self::Paused(sleep) => sleep.as_mut().poll(cx),
        }
    }
}
