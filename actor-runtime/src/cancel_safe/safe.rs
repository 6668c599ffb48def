//! The property itself, as a trait, and the pointers it goes through.

use std::{ops::DerefMut, pin::Pin};

/// A future that may be dropped before it is ready without losing anything.
///
/// Dropping it and making it again has to be the same as never having made it. Two things break
/// that: work that was done and is done again, and data that was taken out of somewhere and sits in
/// the future when it is dropped.
///
/// `#[cancel_safe]` on an `async fn` checks its body and gives it a future with this trait. Implement
/// it by hand only for a future whose `poll` you can argue about.
///
/// # Examples
///
/// The right one keeps what it has read in `self`, where the next call finds it:
///
/// ```
/// use actor_runtime::cancel_safe::{CancelSafe, assume_cancel_safe};
/// use tokio::io::{AsyncRead, AsyncReadExt};
///
/// struct Connection<S> { stream: S, buffer: Vec<u8> }
///
/// impl<S: AsyncRead + Unpin> Connection<S> {
///     fn line(&mut self) -> impl CancelSafe<Output = std::io::Result<Vec<u8>>> {
///         assume_cancel_safe("one read per pass, and its bytes are in `self` before the next", async {
///             loop {
///                 if let Some(end) = self.buffer.iter().position(|byte| *byte == b'\n') {
///                     return Ok(self.buffer.drain(..=end).collect());
///                 }
///                 self.stream.read_buf(&mut self.buffer).await?;
///             }
///         })
///     }
/// }
/// ```
///
/// An `async fn` is not known to be right, so `select!` refuses it:
///
/// ```compile_fail,E0277
/// async fn line() -> Vec<u8> { Vec::new() }
/// # async fn read() {
/// actor_runtime::select! {
///     line = line() => drop(line),
/// }
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "this future is not known to be cancel safe",
    label = "work or data can be lost here if this future is dropped before it completes",
    note = "if the function is yours: mark it `#[cancel_safe]`",
    note = "to keep it while other branches win: make it once before the loop, `let mut future = pin!(..)`, and select on `&mut future`",
    note = "if dropping it is harmless: say why, `assume_cancel_safe(\"why\", future)`"
)]
pub trait CancelSafe: Future {}

/// What makes a cancel safe future: such a future itself, or a source that can make one again and
/// again, like `&mut mpsc::Receiver` or `&TcpListener`.
///
/// Implement it for `&mut` your own source to make `value = &mut source` a branch of
/// [`select!`](crate::select).
///
/// # Examples
///
/// ```
/// # #[cfg(feature = "sync")] mod example {
/// use actor_runtime::cancel_safe::{CancelSafe, IntoCancelSafe};
/// use tokio::sync::mpsc;
///
/// struct Orders(mpsc::Receiver<u32>);
///
/// impl IntoCancelSafe for &mut Orders {
///     type Output = Option<u32>;
///     fn into_cancel_safe(self) -> impl CancelSafe<Output = Option<u32>> {
///         (&mut self.0).into_cancel_safe()
///     }
/// }
///
/// async fn next(orders: &mut Orders) -> Option<u32> {
///     actor_runtime::select! {
///         order = orders => order,
///     }
/// }
/// # }
/// ```
pub trait IntoCancelSafe {
    /// What the future gives.
    type Output;

    /// Makes the future.
    fn into_cancel_safe(self) -> impl CancelSafe<Output = Self::Output>;
}

#[diagnostic::do_not_recommend]
impl<F: CancelSafe> IntoCancelSafe for F {
    type Output = F::Output;

    fn into_cancel_safe(self) -> impl CancelSafe<Output = Self::Output> {
        self
    }
}

/// A boxed cancel safe future, for where its type has to have a name.
///
/// # Examples
///
/// ```
/// use actor_runtime::cancel_safe::BoxCancelSafe;
///
/// trait Source {
///     fn next(&mut self) -> BoxCancelSafe<'_, u32>;
/// }
///
/// struct Once;
///
/// impl Source for Once {
///     fn next(&mut self) -> BoxCancelSafe<'_, u32> {
///         Box::pin(std::future::ready(1))
///     }
/// }
/// ```
pub type BoxCancelSafe<'a, T> = Pin<Box<dyn CancelSafe<Output = T> + Send + 'a>>;

/// The same future, seen through a reference.
///
/// It is not given for `&mut F` of *every* future, although dropping a reference loses nothing: the
/// future behind `&mut make()` is dropped with it. [`select!`](crate::select) sees which it is.
#[diagnostic::do_not_recommend]
impl<F: CancelSafe + Unpin + ?Sized> CancelSafe for &mut F {}

#[diagnostic::do_not_recommend]
impl<F: CancelSafe + Unpin + ?Sized> CancelSafe for Box<F> {}

#[diagnostic::do_not_recommend]
impl<P: DerefMut<Target: CancelSafe>> CancelSafe for Pin<P> {}
