//! Giving up on an answer after a while.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use pin_project_lite::pin_project;

use crate::error::{CallError, Method};

pin_project! {
    /// Gives up after a while. See [`Call::timeout`](crate::Call::timeout).
    #[derive(Debug)]
    #[must_use = "a call is not sent until it is awaited"]
    pub struct Timeout<C> {
        call: Option<C>,
        after: Duration,
        #[pin]
        sleep: tokio::time::Sleep,
    }
}

impl<C> Timeout<C> {
    pub(crate) fn new(call: C, after: Duration) -> Self {
        Self { call: Some(call), after, sleep: tokio::time::sleep(after) }
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
        let this = self.project();
        let call = this.call.as_mut().expect("a timeout was polled after it was ready");
        if let Poll::Ready(outcome) = Pin::new(call).poll(cx) {
            *this.call = None;
            return Poll::Ready(outcome);
        }
        ready!(this.sleep.poll(cx));
        match this.call.take().and_then(C::give_up) {
            Some((method, accepted)) => {
                Poll::Ready(Err(CallError::TimedOut { method, after: *this.after, accepted }))
            }
            None => unreachable!("a call that is pending has been sent"),
        }
    }
}
