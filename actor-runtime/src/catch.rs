//! Panics, as values.

use std::{
    any::Any,
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use pin_project_lite::pin_project;

/// What a panic said, as far as it said it in text.
fn text(payload: &(dyn Any + Send)) -> Arc<str> {
    if let Some(text) = payload.downcast_ref::<&str>() {
        return Arc::from(*text);
    }
    match payload.downcast_ref::<String>() {
        Some(text) => Arc::from(text.as_str()),
        None => Arc::from("(a value that is not a text)"),
    }
}

/// Runs `f`, and gives what it panicked with as an error.
pub(crate) fn catch<T>(f: impl FnOnce() -> T) -> Result<T, Arc<str>> {
    // What `f` may have left broken is dropped by the caller, or kept at the user's own wish.
    catch_unwind(AssertUnwindSafe(f)).map_err(|payload| {
        let text = text(&*payload);
        // A payload may panic in its own drop. Nothing could be done about it, so it is leaked.
        std::mem::forget(payload);
        text
    })
}

/// Drops what is a user's. If its drop panics, the panic has been reported where panics are, and
/// everything else goes on.
pub(crate) fn drop_caught<T>(value: T) {
    let _ = catch(|| drop(value));
}

pin_project! {
    /// Gives what `future` panics with as an error. See [`caught`].
    pub(crate) struct Caught<F> {
        #[pin]
        future: F,
    }
}

/// A future whose panics are its errors.
pub(crate) fn caught<F: Future>(future: F) -> Caught<F> {
    Caught { future }
}

impl<F: Future> Future for Caught<F> {
    type Output = Result<F::Output, Arc<str>>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let future = self.project().future;
        match catch(|| future.poll(cx)) {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(output)) => Poll::Ready(Ok(output)),
            Err(text) => Poll::Ready(Err(text)),
        }
    }
}
