//! Joining the error of a call and the error of its handler.

use pin_project_lite::pin_project;
use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use crate::{
    call::{
        Call,
        answer::Answer,
        recipient::Recipient,
        request::Request,
        timeout::{Expire, Timeout},
    },
    error::CallError,
    slot::message::Message,
};

pin_project! {
    /// A future of a call whose handler returns a `Result`, with one result in place of two.
    ///
    /// Returned by [`Call::flatten`](crate::Call::flatten), [`Answer::flatten`](crate::Answer::flatten) and
    /// [`Timeout::flatten`](crate::Timeout::flatten).
    ///
    /// # Errors
    ///
    /// The error of the handler, or the [`CallError`] if there will be no answer, converted by `From`.
    ///
    /// # Cancel safety
    ///
    /// As cancel safe as the inner future.
    #[derive(Debug)]
    #[must_use = "a call is not sent until it is awaited"]
    pub struct Flatten<C> {
        #[pin]
        call: C,
    }
}

impl<C> Flatten<C> {
    pub(crate) fn new(call: C) -> Self {
        Self { call }
    }
}

impl<C, T, E> Flatten<C>
where
    C: Blocking<Outcome = Result<Result<T, E>, CallError>>,
    E: From<CallError>,
{
    /// Blocks the current thread until the answer arrives, or the time of a
    /// [`Timeout`](crate::Timeout) elapses. Needs no runtime.
    ///
    /// # Errors
    ///
    /// As when the future is awaited.
    ///
    /// # Panics
    ///
    /// Panics on a thread that drives a tokio runtime, which it would block.
    pub fn blocking(self) -> Result<T, E> {
        flat(self.call.__outcome())
    }
}

impl<C, T, E> Future for Flatten<C>
where
    C: Future<Output = Result<Result<T, E>, CallError>>,
    E: From<CallError>,
{
    type Output = Result<T, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.project().call.poll(cx).map(flat)
    }
}

fn flat<T, E: From<CallError>>(outcome: Result<Result<T, E>, CallError>) -> Result<T, E> {
    outcome.map_err(E::from)?
}

/// A future that can be waited for on a thread without a runtime: a call, an answer, or either with a
/// timeout.
pub trait Blocking: private::Sealed {
    /// What the wait returns.
    #[doc(hidden)]
    type Outcome;

    #[doc(hidden)]
    fn __outcome(self) -> Self::Outcome;
}

impl<M, T, E, Q, H, S> Call<'_, Result<T, E>, M, Q, H, S>
where
    M: Message,
    E: From<CallError>,
    Q: Request<M, Result<T, E>>,
    S: Recipient<M>,
{
    /// Joins the error of the handler and the [`CallError`] of the call, so that one `?` is enough.
    ///
    /// It can be combined with a timeout: `call.timeout(d).flatten()`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use actor_runtime::{ActorHandle, actor, spawn};
    /// use actor_runtime::CallError;
    ///
    /// #[derive(Debug)]
    /// pub enum BankError { Overdrawn, Unavailable(CallError) }
    ///
    /// impl From<CallError> for BankError {
    ///     fn from(error: CallError) -> Self { Self::Unavailable(error) }
    /// }
    ///
    /// # struct Account(u64);
    /// #[actor]
    /// impl Account {
    ///     /// Pays `amount`, and returns what is left.
    ///     pub fn pay(&mut self, amount: u64) -> Result<u64, BankError> {
    ///         self.0 = self.0.checked_sub(amount).ok_or(BankError::Overdrawn)?;
    ///         Ok(self.0)
    ///     }
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), BankError> {
    /// let account = spawn(Account(10));
    /// assert_eq!(account.pay(3).flatten().await?, 7);
    /// assert!(matches!(account.pay(8).flatten().await, Err(BankError::Overdrawn)));
    /// account.shutdown().await;
    /// assert!(matches!(account.pay(1).flatten().await, Err(BankError::Unavailable(_))));
    /// # Ok(())
    /// # }
    /// ```
    pub fn flatten(self) -> Flatten<Self> {
        Flatten::new(self)
    }
}

impl<T, E: From<CallError>> Answer<Result<T, E>> {
    /// Joins the error of the handler and the [`CallError`] of the call, as [`Call::flatten`] does.
    pub fn flatten(self) -> Flatten<Self> {
        Flatten::new(self)
    }
}

impl<C, T, E> Timeout<C>
where
    C: Future<Output = Result<Result<T, E>, CallError>> + Expire + Unpin,
    E: From<CallError>,
{
    /// Joins the error of the handler and the [`CallError`] of the call, as [`Call::flatten`] does.
    pub fn flatten(self) -> Flatten<Self> {
        Flatten::new(self)
    }
}

/// Implements [`Blocking`] by the type's own method.
macro_rules! blocking {
    ($( [$($generics:tt)*] $ty:ty; )*) => { $(
        impl<$($generics)*> private::Sealed for $ty {}

        impl<$($generics)*> Blocking for $ty {
            type Outcome = Result<R, CallError>;

            fn __outcome(self) -> Self::Outcome {
                self.blocking()
            }
        }
    )* };
}

blocking! {
    [M: Message, R, Q: Request<M, R>, H, S: Recipient<M>] Call<'_, R, M, Q, H, S>;
    [R] Answer<R>;
    [R, C: Future<Output = Result<R, CallError>> + Expire + Unpin] Timeout<C>;
}

pub(crate) mod private {
    /// Seals [`Blocking`](super::Blocking).
    pub trait Sealed {}
}
