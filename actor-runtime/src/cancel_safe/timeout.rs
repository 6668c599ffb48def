//! Waiting no longer than a given time, for what may be dropped then.

use std::time::Duration;

use super::CancelSafe;

/// [`tokio::time::timeout`] for a future that may be dropped when the time is up.
///
/// The future of an `async fn recv` has no type that could be asked, so make it from the receiver:
/// `timeout(d, (&mut receiver).into_cancel_safe())`.
///
/// # Errors
///
/// `Elapsed`, if the time is up first; the future is dropped then.
///
/// # Panics
///
/// When there is no tokio runtime with its timer enabled.
///
/// # Cancel safety
///
/// Cancel safe. A new call waits the full time again.
///
/// # Examples
///
/// ```
/// # #[cfg(feature = "sync")]
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// use std::time::Duration;
/// use actor_runtime::cancel_safe::{IntoCancelSafe, timeout};
/// use tokio::sync::mpsc;
///
/// let (sender, mut receiver) = mpsc::channel(1);
/// let pause = Duration::from_millis(1);
/// assert!(timeout(pause, (&mut receiver).into_cancel_safe()).await.is_err());
/// sender.send(7).await.unwrap();
/// // Nothing was lost with the first future.
/// assert_eq!(timeout(pause, (&mut receiver).into_cancel_safe()).await, Ok(Some(7)));
/// # }
/// # #[cfg(not(feature = "sync"))] fn main() {}
/// ```
///
/// An `async fn` may have done half of its work when the time is up:
///
/// ```compile_fail,E0277
/// # use std::time::Duration;
/// async fn transfer() {}
/// # async fn run() {
/// actor_runtime::cancel_safe::timeout(Duration::from_secs(1), transfer()).await;
/// # }
/// ```
pub fn timeout<F: CancelSafe>(duration: Duration, future: F) -> tokio::time::Timeout<F> {
    tokio::time::timeout(duration, future)
}
