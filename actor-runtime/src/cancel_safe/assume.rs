//! What the author knows and the compiler does not. All of it can be found by its name.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use pin_project_lite::pin_project;

use super::CancelSafe;

pin_project! {
    /// A future that its author says is cancel safe. See [`assume_cancel_safe`].
    #[derive(Debug, Clone)]
    #[must_use = "futures do nothing unless polled"]
    pub struct AssumeCancelSafe<F> {
        #[pin]
        future: F,
    }
}

/// Says, without a check, that dropping `future` is harmless, and why.
///
/// Do not use it to silence an error in a hurry: what is lost is lost rarely, and then in
/// production. Keeping the future over the loop (`pin!` and `&mut`) is always right.
///
/// # Cancel safety
///
/// Whatever `why` says. The reason is for readers; nothing looks at it.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// use actor_runtime::{cancel_safe::assume_cancel_safe, select};
///
/// async fn temperature() -> f64 { 21.5 }
///
/// select! {
///     degrees = assume_cancel_safe("only looks, and can look again", temperature()) => {
///         assert!(degrees > 20.0);
///     }
/// }
/// # }
/// ```
pub fn assume_cancel_safe<F: IntoFuture>(
    why: &'static str,
    future: F,
) -> AssumeCancelSafe<F::IntoFuture> {
    let _ = why;
    AssumeCancelSafe { future: future.into_future() }
}

impl<F: Future> Future for AssumeCancelSafe<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.project().future.poll(cx)
    }
}

#[diagnostic::do_not_recommend]
impl<F: Future> CancelSafe for AssumeCancelSafe<F> {}

/// Says that this step of a `#[cancel_safe]` body may run again after the body was dropped.
///
/// A body with two waits runs the first again if it is dropped at the second; the body check refuses
/// that, unless the first is marked with this. It says nothing about dropping `future` itself, which
/// has to be cancel safe all the same.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// use std::time::Duration;
/// use actor_runtime::cancel_safe::repeatable;
///
/// repeatable(tokio::time::sleep(Duration::from_millis(5))).await;
/// # }
/// ```
pub fn repeatable<F: IntoFuture>(future: F) -> F {
    future
}
