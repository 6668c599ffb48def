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

/// Says that doing this again is harmless, in a `#[cancel_safe]` body.
///
/// The macro removes the word, so it needs no import there and stands around any expression:
///
/// - a wait that comes before another wait of the same turn: `repeatable(sleep(pause)).await`;
/// - an act before a wait: `repeatable(self.buffer.clear())`, `self.next = repeatable(None)`;
/// - a question before a loop: `if repeatable(self.is_open()) { .. }`.
///
/// Do not use it around what takes something, or counts: the check then believes what is wrong. It is
/// refused around waits whose value does not come again, like `recv`. It says nothing about dropping a
/// future, which has to be cancel safe all the same.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use actor_runtime::cancel_safe;
/// use tokio::{sync::mpsc, time::sleep};
///
/// struct Worker { rx: mpsc::Receiver<u32>, pause: Duration }
///
/// impl Worker {
///     /// A pause that starts over loses nothing.
///     #[cancel_safe]
///     async fn next(&mut self) -> Option<u32> {
///         repeatable(sleep(self.pause)).await;
///         self.rx.recv().await
///     }
/// }
/// ```
///
/// What was received does not come again:
///
/// ```compile_fail
/// # use actor_runtime::cancel_safe;
/// # use tokio::sync::mpsc;
/// # struct Worker { rx: mpsc::Receiver<u32> }
/// # impl Worker {
/// #[cancel_safe]
/// async fn pair(&mut self) -> (Option<u32>, Option<u32>) {
///     (repeatable(self.rx.recv()).await, self.rx.recv().await)
/// }
/// # }
/// ```
pub fn repeatable<T>(value: T) -> T {
    value
}

/// Says that a call changes nothing unless it gives a value, in a `#[cancel_safe]` body.
///
/// It stands around what is matched on, where a wait follows only if there is no value, and where a
/// guarded block keeps what it gives. The macro removes the word, so it needs no import there.
/// `pop_front` of a `VecDeque` and its like need no word.
///
/// # Examples
///
/// ```
/// use actor_runtime::cancel_safe;
/// use tokio::io::{AsyncReadExt, DuplexStream};
///
/// struct Connection { stream: DuplexStream, buffer: Vec<u8> }
///
/// impl Connection {
///     /// Takes a whole line out of the buffer, or nothing.
///     fn parse(&mut self) -> Option<Vec<u8>> {
///         let end = self.buffer.iter().position(|byte| *byte == b'\n')?;
///         Some(self.buffer.drain(..=end).collect())
///     }
///
///     #[cancel_safe]
///     async fn line(&mut self) -> std::io::Result<Vec<u8>> {
///         loop {
///             if let Some(line) = all_or_nothing(self.parse()) {
///                 return Ok(line);
///             }
///             self.stream.read_buf(&mut self.buffer).await?;
///         }
///     }
/// }
/// ```
///
/// Where the value is, nothing may wait:
///
/// ```compile_fail
/// # use actor_runtime::cancel_safe;
/// # use tokio::sync::mpsc;
/// # struct Worker { rx: mpsc::Receiver<()>, jobs: Vec<u32> }
/// # impl Worker {
/// #[cancel_safe]
/// async fn job(&mut self) -> Option<u32> {
///     if let Some(job) = all_or_nothing(self.jobs.pop()) {
///         self.rx.recv().await;
///         return Some(job);
///     }
///     None
/// }
/// # }
/// ```
pub fn all_or_nothing<T>(value: T) -> T {
    value
}
