//! Limiting how long a call waits.

use pin_project_lite::pin_project;
use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use crate::{
    error::{CallError, CallErrorKind, Method},
    thread::{
        block_on::block_on_for,
        limit::{Jump, is_paused},
        worker,
    },
};

pin_project! {
    /// A future that limits how long a call, an answer or a lease is waited for.
    ///
    /// Returned by [`Call::timeout`](crate::Call::timeout), [`Answer::timeout`](crate::Answer::timeout)
    /// and [`LeaseCall::timeout`](crate::LeaseCall::timeout). The time begins with the first poll. When
    /// it elapses, the inner future is dropped and the result is
    /// [`CallErrorKind::TimedOut`](crate::CallErrorKind::TimedOut).
    ///
    /// If a test has paused tokio's clock, the time elapses on that clock, except while actors on threads
    /// of their own have work.
    ///
    /// # Panics
    ///
    /// Panics if it is polled outside of a tokio runtime with its timer enabled. On a thread without a
    /// runtime, use [`blocking`](Self::blocking).
    ///
    /// # Cancel safety
    ///
    /// As cancel safe as the inner future, but a new `Timeout` waits for the full duration again.
    #[derive(Debug)]
    #[must_use = "a call is not sent until it is awaited"]
    pub struct Timeout<C> {
        call: Option<C>,
        after: Duration,
        // Made by the first poll, so that `blocking` needs no runtime.
        #[pin]
        sleep: Option<tokio::time::Sleep>,
        // In place of `sleep`, if that has elapsed on a paused clock and there are threads.
        jump: Option<Box<Jump>>,
    }
}

impl<C> Timeout<C> {
    pub(crate) fn new(call: C, after: Duration) -> Self {
        Self { call: Some(call), after, sleep: None, jump: None }
    }
}

impl<C, R> Timeout<C>
where
    C: Future<Output = Result<R, CallError>> + Expire + Unpin,
{
    /// Blocks the current thread until the answer arrives or the time elapses. Needs no runtime.
    ///
    /// # Errors
    ///
    /// Returns a [`CallError`] if there will be no answer, or if the time elapsed.
    ///
    /// # Panics
    ///
    /// Panics on a thread that drives a tokio runtime, which it would block.
    ///
    /// # Examples
    ///
    /// ```
    /// # use actor_runtime::{CallErrorKind, Reply, actor, spawn_thread};
    /// # use std::time::Duration;
    /// # struct Counter { total: u64, kept: Vec<Reply<()>> }
    /// # #[actor]
    /// # impl Counter {
    /// #     /// Adds `amount` and returns the new total.
    /// #     pub fn add(&mut self, amount: u64) -> u64 { self.total += amount; self.total }
    /// #     /// Keeps its reply.
    /// #     pub fn ponder(&mut self, reply: Reply<()>) { self.kept.push(reply) }
    /// # }
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let counter = spawn_thread(|| Counter { total: 0, kept: Vec::new() })?;
    /// assert_eq!(counter.add(2).timeout(Duration::from_secs(60)).blocking()?, 2);
    /// let late = counter.ponder().timeout(Duration::from_millis(1)).blocking();
    /// let kind = late.unwrap_err().into_kind();
    /// assert!(matches!(kind, CallErrorKind::TimedOut { accepted: true, .. }));
    /// # Ok(())
    /// # }
    /// ```
    pub fn blocking(self) -> Result<R, CallError> {
        let Self { call, after, .. } = self;
        let mut call = call.expect("`Timeout` polled after completion");
        if let Some(outcome) = block_on_for(&mut call, after) {
            return outcome;
        }
        match call.expire() {
            Some((method, accepted)) => {
                Err(CallError::new(method, CallErrorKind::TimedOut { after, accepted }))
            }
            None => unreachable!("a pending call has been sent"),
        }
    }
}

/// A future whose wait can be ended by a [`Timeout`]: a call, an answer or a request for a lease.
pub trait Expire: private::Sealed {
    /// Ends the wait. Returns the handler that was called, and whether the message had been accepted;
    /// `None` if no message was sent.
    #[doc(hidden)]
    fn expire(self) -> Option<(Method, bool)>;
}

pub(crate) mod private {
    /// Keeps [`Expire`](super::Expire) to the futures of this crate.
    pub trait Sealed {}
}

impl<C, R> Future for Timeout<C>
where
    C: Future<Output = Result<R, CallError>> + Expire + Unpin,
{
    type Output = Result<R, CallError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        if this.sleep.is_none() && this.jump.is_none() {
            this.sleep.set(Some(tokio::time::sleep(*this.after)));
        }
        let call = this.call.as_mut().expect("`Timeout` polled after completion");
        if let Poll::Ready(outcome) = Pin::new(call).poll(cx) {
            *this.call = None;
            return Poll::Ready(outcome);
        }
        if let Some(sleep) = this.sleep.as_mut().as_pin_mut() {
            ready!(sleep.poll(cx));
            if is_paused() && worker::is_any_alive() {
                this.sleep.set(None);
                *this.jump = Some(Box::new(Jump::new(*this.after)));
            }
        }
        if let Some(jump) = this.jump {
            ready!(jump.poll(cx, || false));
        }
        match this.call.take().and_then(C::expire) {
            Some((method, accepted)) => Poll::Ready(Err(CallError::new(
                method,
                CallErrorKind::TimedOut { after: *this.after, accepted },
            ))),
            None => unreachable!("a pending call has been sent"),
        }
    }
}
