//! Rows that a reader sends one by one.

use std::{
    fmt,
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll, ready},
};

use futures_core::Stream;
use tokio::sync::{mpsc, oneshot};

use crate::{
    error::{Error, Result},
    pool::{NOT_EXECUTED, queue::Asked},
};

/// The rows of a query on a reader of a [`Pool`](crate::Pool), as a stream.
///
/// The last value is the error, if there was one. Dropping the stream interrupts the query.
pub struct Rows<T> {
    rows: mpsc::Receiver<T>,
    /// How the read has ended. `None` once it was returned.
    outcome: Option<oneshot::Receiver<Result<()>>>,
    /// `None` if the pool was closed.
    _asked: Option<Asked>,
}

impl<T> Rows<T> {
    pub(super) fn new(
        rows: mpsc::Receiver<T>,
        asked: Result<(Asked, oneshot::Receiver<Result<()>>)>,
    ) -> Self {
        // Without a sender, the outcome is that of a read that was not executed.
        let (asked, outcome) =
            asked.map_or_else(|_| (None, oneshot::channel().1), |(asked, it)| (Some(asked), it));
        Self { rows, outcome: Some(outcome), _asked: asked }
    }

    /// Returns the next row, or `None` after the last one.
    ///
    /// # Cancel safety
    ///
    /// This method is cancel safe. No row is lost.
    pub async fn next(&mut self) -> Option<Result<T>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }
}

impl<T> Stream for Rows<T> {
    type Item = Result<T>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<T>>> {
        if let Some(row) = ready!(self.rows.poll_recv(context)) {
            return Poll::Ready(Some(Ok(row)));
        }
        let Some(outcome) = &mut self.outcome else {
            return Poll::Ready(None);
        };
        let outcome = ready!(Pin::new(outcome).poll(context)).unwrap_or(Err(NOT_EXECUTED));
        self.outcome = None;
        Poll::Ready(outcome.err().map(Err::<T, Error>))
    }
}

impl<T> fmt::Debug for Rows<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rows").finish_non_exhaustive()
    }
}
