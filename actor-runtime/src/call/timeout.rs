//! Giving up on an answer after a while.

use pin_project_lite::pin_project;
use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use crate::{
    error::{CallError, CallErrorKind, Method},
    thread::block_on::block_on_for,
};

pin_project! {
    /// Gives up after a while. See [`Call::timeout`](crate::Call::timeout).
    #[derive(Debug)]
    #[must_use = "a call is not sent until it is awaited"]
    pub struct Timeout<C> {
        call: Option<C>,
        after: Duration,
        // From the first poll on: a plain thread has no timer, and needs none.
        #[pin]
        sleep: Option<tokio::time::Sleep>,
    }
}

impl<C> Timeout<C> {
    /// `call`, given up `after` a while, which begins with the first poll.
    pub(crate) fn new(call: C, after: Duration) -> Self {
        Self { call: Some(call), after, sleep: None }
    }
}

impl<C, R> Timeout<C>
where
    C: Future<Output = Result<R, CallError>> + GiveUp + Unpin,
{
    /// Waits for the answer on a thread that runs no async code. It needs no runtime.
    ///
    /// # Errors
    ///
    /// See [`CallError`].
    ///
    /// # Panics
    ///
    /// On a thread that drives a tokio runtime, where waiting would block it.
    ///
    /// # Examples
    ///
    /// ```
    /// # use actor_runtime::{CallError, Reply, actor, spawn_thread};
    /// # use std::time::Duration;
    /// # struct Counter { total: u64, kept: Vec<Reply<()>> }
    /// # #[actor]
    /// # impl Counter {
    /// #     /// Adds `amount` and returns the new total.
    /// #     pub fn add(&mut self, amount: u64) -> u64 { self.total += amount; self.total }
    /// #     /// Answers some day.
    /// #     pub fn ponder(&mut self, reply: Reply<()>) { self.kept.push(reply) }
    /// # }
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let counter = spawn_thread(|| Counter { total: 0, kept: Vec::new() })?;
    /// assert_eq!(counter.add(2).timeout(Duration::from_secs(60)).blocking()?, 2);
    /// let late = counter.ponder().timeout(Duration::from_millis(1)).blocking();
    /// assert!(matches!(late, Err(CallErrorKind::TimedOut { accepted: true, .. })));
    /// # Ok(())
    /// # }
    /// ```
    pub fn blocking(self) -> Result<R, CallError> {
        let Self { call, after, sleep: _ } = self;
        let mut call = call.expect("a timeout was polled after it was ready");
        if let Some(outcome) = block_on_for(&mut call, after) {
            return outcome;
        }
        match call.give_up() {
            Some((method, accepted)) => {
                Err(CallError::new(method, CallErrorKind::TimedOut { after, accepted }))
            }
            None => unreachable!("a call that is pending has been sent"),
        }
    }
}

/// What can be given up: a call or an answer.
pub trait GiveUp: private::Sealed {
    /// Gives up waiting. Says for which handler, and whether its message had been accepted.
    #[doc(hidden)]
    fn give_up(self) -> Option<(Method, bool)>;
}

pub(crate) mod private {
    /// Only this crate's futures can be given up.
    pub trait Sealed {}
}

impl<C, R> Future for Timeout<C>
where
    C: Future<Output = Result<R, CallError>> + GiveUp + Unpin,
{
    type Output = Result<R, CallError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        if this.sleep.is_none() {
            this.sleep.set(Some(tokio::time::sleep(*this.after)));
        }
        let call = this.call.as_mut().expect("a timeout was polled after it was ready");
        if let Poll::Ready(outcome) = Pin::new(call).poll(cx) {
            *this.call = None;
            return Poll::Ready(outcome);
        }
        if let Some(sleep) = this.sleep.as_pin_mut() {
            ready!(sleep.poll(cx));
        }
        match this.call.take().and_then(C::give_up) {
            Some((method, accepted)) => Poll::Ready(Err(CallError::new(
                method,
                CallErrorKind::TimedOut { after: *this.after, accepted },
            ))),
            None => unreachable!("a call that is pending has been sent"),
        }
    }
}
