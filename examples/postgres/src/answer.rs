//! Calls of the driver that may be dropped at any time.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use actor_runtime::{Answer, CallError};

/// An answer whose caller may go: the driver goes on, whoever waits, so this is no mistake to report.
pub(crate) struct Awaited<R: 'static>(Option<Answer<R>>);

impl<R> Awaited<R> {
    pub(crate) fn new(answer: Answer<R>) -> Self {
        Self(Some(answer))
    }
}

impl<R> Future for Awaited<R> {
    type Output = Result<R, CallError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let answer = self.0.as_mut().expect("it is taken when this is dropped");
        Pin::new(answer).poll(cx)
    }
}

impl<R> Drop for Awaited<R> {
    fn drop(&mut self) {
        if let Some(answer) = self.0.take() {
            answer.withdraw();
        }
    }
}
