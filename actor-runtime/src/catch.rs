//! Catching panics of the user's code.

use std::{
    any::Any,
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use pin_project_lite::pin_project;

/// Returns the message of a panic.
fn text(payload: &(dyn Any + Send)) -> Arc<str> {
    if let Some(text) = payload.downcast_ref::<&str>() {
        return Arc::from(*text);
    }
    match payload.downcast_ref::<String>() {
        Some(text) => Arc::from(text.as_str()),
        None => Arc::from("(a payload that is not a string)"),
    }
}

/// Runs `f`.
///
/// # Errors
///
/// The message of the panic, if `f` panics.
pub(crate) fn catch<T>(f: impl FnOnce() -> T) -> Result<T, Arc<str>> {
    // Unwind safety: the caller of this function drops what `f` may have left inconsistent, or the user
    // has chosen, by `OnPanic`, to keep it.
    catch_unwind(AssertUnwindSafe(f)).map_err(into_text)
}

#[cold]
fn into_text(payload: Box<dyn Any + Send>) -> Arc<str> {
    let text = text(&*payload);
    drop_payload(payload);
    text
}

/// Drops the payload of a panic. If that panics as well, the payload of the second panic is dropped if it
/// is a string, and leaked otherwise, because its drop may panic in turn.
#[cold]
fn drop_payload(payload: Box<dyn Any + Send>) {
    if let Err(second) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        if !(second.is::<&str>() || second.is::<String>()) {
            std::mem::forget(second);
        }
    }
}

/// Drops a value of the user's and ignores a panic of its drop, which the panic hook has reported.
pub(crate) fn drop_caught<T>(value: T) {
    let _ = catch(|| drop(value));
}

/// Runs `f` once, like [`catch`]. What catches its panics is compiled once and not for each `f`, which is slower.
///
/// # Errors
///
/// The message of the panic, if `f` panics.
pub(crate) fn caught_once(f: &mut dyn FnMut()) -> Result<(), Arc<str>> {
    catch(f)
}

pin_project! {
    /// Future returned by [`caught`].
    pub(crate) struct Caught<F> {
        #[pin]
        future: F,
    }
}

/// Wraps `future` so that a panic in its `poll` completes it with an error: the panic's message.
pub(crate) fn caught<F: Future>(future: F) -> Caught<F> {
    Caught { future }
}

impl<F: Future> Future for Caught<F> {
    type Output = Result<F::Output, Arc<str>>;

    // In a frame of its own, because the unwinder searches the table of the frame that catches from its
    // beginning, and the message loop's is long.
    #[inline(never)]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let future = self.project().future;
        match catch(|| future.poll(cx)) {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(output)) => Poll::Ready(Ok(output)),
            Err(text) => Poll::Ready(Err(text)),
        }
    }
}
