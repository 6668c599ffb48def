//! The answer of a message that was sent, as a value.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use crate::{
    call::{
        dropped::{Site, Watch},
        timeout::{GiveUp, Timeout, private},
    },
    error::{CallError, CallErrorKind, Failure, Method},
    slot::receiver::Receiver,
    thread::{
        block_on::block_on,
        current::{self, ActorId},
        ring::Wait,
    },
};

/// The answer of a call that was sent: see [`Call::sent`](crate::Call::sent). It borrows nothing.
///
/// # Cancel safety
///
/// Polling it by `&mut` and going on later loses nothing. Dropping it is dropping the call: its
/// handler is not begun, and if it has, its answer is dropped, or comes back to the actor if the
/// handler is marked `#[cancel_safe(undelivered = ..)]`.
#[must_use = "to drop an answer is to drop its call: await it, or use `cast`"]
pub struct Answer<R: 'static> {
    receiver: Receiver<R>,
    method: Method,
    actor: ActorId,
    wait: Option<Wait>,
    watch: Watch,
}

impl<R> Answer<R> {
    pub(crate) fn new(receiver: Receiver<R>, method: Method, actor: ActorId, site: Site) -> Self {
        Self { receiver, method, actor, wait: None, watch: site.watch(method) }
    }

    /// The handler that answers.
    #[must_use]
    pub fn method(&self) -> Method {
        self.method
    }

    /// Gives up after `duration`. The answer is dropped then.
    ///
    /// # Panics
    ///
    /// If it is awaited outside of a tokio runtime with its timer enabled. A plain thread uses
    /// [`Timeout::blocking`].
    pub fn timeout(self, duration: Duration) -> Timeout<Self> {
        Timeout::new(self, duration)
    }

    /// Its message was not accepted.
    pub(crate) fn not_sent(&mut self) {
        self.watch.end();
    }

    /// Takes the answer, if it is there.
    ///
    /// # Errors
    ///
    /// Why there is none and will be none. `None` means that there is none yet, or that it was
    /// taken before.
    pub fn try_take(&mut self) -> Option<Result<R, CallError>> {
        let method = self.method;
        Some(self.receiver.try_take()?.map_err(|failure| failure.of(method)))
    }

    /// Waits for the answer on a thread that runs no async code.
    ///
    /// # Errors
    ///
    /// See [`CallError`].
    ///
    /// # Panics
    ///
    /// On a thread that drives a tokio runtime, where waiting would block it.
    pub fn blocking(self) -> Result<R, CallError> {
        block_on(self)
    }

    /// Notes who waits here, or says why nobody should.
    fn begin_to_wait(&mut self) -> Result<(), CallError> {
        let method = self.method;
        if current::actor() == Some(self.actor) {
            return Err(CallError::new(method, CallErrorKind::WouldDeadlock { ring: Vec::new() }));
        }
        // Somebody else may wait than at the last poll: a later handler, or a task.
        self.wait = None;
        let wait = Wait::begin(self.actor, method, self.receiver.link())
            .map_err(|ring| CallError::new(method, CallErrorKind::WouldDeadlock { ring }))?;
        self.wait = Some(wait);
        Ok(())
    }
}

impl<R> Future for Answer<R> {
    type Output = Result<R, CallError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let method = self.method;
        let outcome = self.receiver.poll(cx).map_err(|failure| failure.of(method));
        if outcome.is_pending() {
            self.begin_to_wait()?;
        } else {
            self.wait = None;
        }
        outcome
    }
}

#[cfg(all(debug_assertions, not(shuttle)))]
impl<R> Drop for Answer<R> {
    fn drop(&mut self) {
        if self.receiver.is_open() {
            self.watch.report();
        }
    }
}

impl<R> fmt::Debug for Answer<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer").field("method", &self.method).finish_non_exhaustive()
    }
}

impl<R> private::Sealed for Answer<R> {}

impl<R> GiveUp for Answer<R> {
    fn give_up(mut self) -> Option<(Method, bool)> {
        self.watch.end();
        Some((self.method, true))
    }
}

impl Failure {
    /// The error that says that `method` was left without an answer.
    #[cold]
    pub(crate) fn of(self, method: Method) -> CallError {
        match self {
            Self::Stopped => CallError::new(method, CallErrorKind::Stopped),
            Self::Unanswered => CallError::new(method, CallErrorKind::Unanswered),
            Self::Panicked(message) => CallError::new(method, CallErrorKind::Panicked { message }),
        }
    }
}
