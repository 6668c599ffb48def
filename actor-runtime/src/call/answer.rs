//! [`Answer`]: the answer of a call that was sent, as a future of its own.

use std::{
    fmt,
    future::{Future, poll_fn},
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use crate::{
    call::{
        dropped::{DropCheck, Site},
        timeout::{Expire, Timeout, private},
    },
    error::{CallError, CallErrorKind, Failure, Method},
    slot::receiver::Receiver,
    thread::{
        block_on::block_on,
        current::{self, ActorId},
        reading,
    },
};

/// A future that resolves to the answer of a call that was sent.
///
/// Returned by [`Call::sent`](crate::Call::sent) and [`Call::try_call`](crate::Call::try_call). It
/// borrows nothing, so it can be moved into a task.
///
/// # Errors
///
/// Returns a [`CallError`] if there will be no answer.
///
/// # Cancel safety
///
/// Polling it by `&mut` is cancel safe: a later poll continues the wait. Dropping the `Answer` drops the
/// call. A handler that has not begun is then skipped (unless it is marked `run_abandoned`); if it has
/// begun, its answer is dropped, or returned to the actor if the handler is marked
/// `#[cancel_safe(undelivered = ..)]`.
#[must_use = "dropping an answer drops its call: await it, or use `cast`"]
pub struct Answer<R: 'static> {
    receiver: Receiver<R>,
    method: Method,
    actor: ActorId,
    /// The actor whose handler has sent the message, if that is how it was sent.
    sender: Option<ActorId>,
    drop_check: DropCheck,
}

impl<R> Answer<R> {
    pub(crate) fn new(receiver: Receiver<R>, method: Method, actor: ActorId, site: Site) -> Self {
        let sender = receiver.link().prepare();
        let mut answer = Self::arrived(receiver, method, actor, site);
        answer.sender = sender;
        answer
    }

    /// One whose outcome is there, so that nobody waits for it.
    pub(crate) fn arrived(
        receiver: Receiver<R>,
        method: Method,
        actor: ActorId,
        site: Site,
    ) -> Self {
        Self { receiver, method, actor, sender: None, drop_check: site.drop_check(method) }
    }

    /// Returns the handler that was called.
    #[must_use]
    pub fn method(&self) -> Method {
        self.method
    }

    /// Limits the wait to `duration`, which begins with the first poll.
    ///
    /// When it elapses, the answer is dropped and the result is
    /// [`CallErrorKind::TimedOut`].
    ///
    /// # Panics
    ///
    /// The returned future panics if it is polled outside of a tokio runtime with its timer enabled.
    /// On a thread without a runtime, use [`Timeout::blocking`].
    pub fn timeout(self, duration: Duration) -> Timeout<Self> {
        Timeout::new(self, duration)
    }

    /// Drops the answer on purpose.
    ///
    /// Does what dropping it does: a handler that has not begun is skipped, unless it is marked
    /// `run_abandoned`. But debug builds do not [report](crate::on_dropped_call) it.
    ///
    /// # Examples
    ///
    /// Two replicas are asked, and the answer of the slower one is not needed:
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use actor_runtime::{actor, spawn};
    /// use actor_runtime::select;
    /// # struct Replica(u64);
    /// # #[actor]
    /// # impl Replica {
    /// #     /// Returns the value after as many seconds.
    /// #     pub async fn read(&self) -> u64 {
    /// #         tokio::time::sleep(Duration::from_secs(self.0)).await;
    /// #         self.0
    /// #     }
    /// # }
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (near, far) = (spawn(Replica(1)), spawn(Replica(60)));
    /// let mut first = near.read().sent().await?;
    /// let mut second = far.read().sent().await?;
    /// let value = select! {
    ///     value = &mut first => { second.withdraw(); value? }
    ///     value = &mut second => { first.withdraw(); value? }
    /// };
    /// assert_eq!(value, 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn withdraw(mut self) {
        self.disarm();
    }

    /// Suppresses the report of a dropped call, because the message was not accepted or on purpose.
    pub(crate) fn disarm(&mut self) {
        self.drop_check.disarm();
    }

    /// Takes the answer, if it has arrived.
    ///
    /// Returns `None` if there is no answer yet, or if it was already taken.
    ///
    /// # Errors
    ///
    /// Returns a [`CallError`] if there will be no answer.
    pub fn try_take(&mut self) -> Option<Result<R, CallError>> {
        let method = self.method;
        Some(self.receiver.try_take()?.map_err(|failure| failure.of(method)))
    }

    /// Waits for the answer and shows it to `look`, without reading it.
    ///
    /// Use it to pass an answer on, if the actor shall have it back where that fails: an answer of a handler marked
    /// `#[cancel_safe(undelivered = ..)]` still returns to the actor if this `Answer` is dropped, and counts as read
    /// once [`try_take`](Self::try_take) has returned it.
    ///
    /// The slot of the answer is locked while `look` runs, so `look` must not wait for anything.
    ///
    /// # Errors
    ///
    /// Returns a [`CallError`] if there will be no answer.
    ///
    /// # Panics
    ///
    /// Panics if the answer was taken.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: the answer stays where it is.
    ///
    /// # Examples
    ///
    /// ```
    /// use actor_runtime::{actor, spawn};
    ///
    /// #[derive(Default)]
    /// struct Tickets { free: Vec<u32> }
    ///
    /// #[actor]
    /// impl Tickets {
    ///     /// Takes a ticket.
    ///     #[cancel_safe(undelivered = put_back)]
    ///     pub fn take(&mut self) -> Option<u32> { self.free.pop() }
    ///
    ///     fn put_back(&mut self, ticket: Option<u32>) { self.free.extend(ticket) }
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let tickets = spawn(Tickets { free: vec![7] });
    /// let mut answer = tickets.take().sent().await?;
    /// assert_eq!(answer.look(|ticket| format!("{ticket:?}")).await?, "Some(7)");
    /// drop(answer);
    /// assert_eq!(tickets.take().await?, Some(7));
    /// # Ok(())
    /// # }
    /// ```
    pub async fn look<T>(&mut self, look: impl FnOnce(&R) -> T) -> Result<T, CallError> {
        let method = self.method;
        let mut look = Some(look);
        poll_fn(|cx| {
            let outcome = self.receiver.poll_look(cx, &mut look);
            if outcome.is_pending() {
                self.register_wait()?;
            }
            outcome.map_err(|failure| failure.of(method))
        })
        .await
    }

    /// Blocks the current thread until the answer arrives.
    ///
    /// # Errors
    ///
    /// Returns a [`CallError`] if there will be no answer.
    ///
    /// # Panics
    ///
    /// Panics on a thread that drives a tokio runtime, which it would block.
    pub fn blocking(self) -> Result<R, CallError> {
        block_on(self)
    }

    /// Returns the actor that was called.
    pub(crate) fn actor(&self) -> ActorId {
        self.actor
    }

    /// Polls for the outcome, without [recording](Self::register_wait) a wait.
    pub(crate) fn poll_outcome(&mut self, cx: &mut Context<'_>) -> Poll<Result<R, CallError>> {
        let method = self.method;
        self.receiver.poll(cx).map_err(|failure| failure.of(method))
    }

    /// Records that the current handler waits for the answer, or fails if that would deadlock.
    pub(crate) fn register_wait(&self) -> Result<(), CallError> {
        let method = self.method;
        reading::waits_for(self.actor);
        let error =
            |ring| CallError::new(method, CallErrorKind::WouldDeadlock { accepted: true, ring });
        if current::caller() == Some(self.actor) {
            return Err(error(Vec::new()));
        }
        match self.sender {
            Some(sender) => self.receiver.link().wait(sender, self.actor, method).map_err(error),
            None => Ok(()),
        }
    }
}

impl<R> Future for Answer<R> {
    type Output = Result<R, CallError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let outcome = self.poll_outcome(cx);
        if outcome.is_pending() {
            // An answer that comes in the meantime has removed the entry that was prepared for the wait.
            self.register_wait()?;
        }
        outcome
    }
}

#[cfg(all(debug_assertions, not(shuttle)))]
impl<R> Drop for Answer<R> {
    fn drop(&mut self) {
        if self.receiver.is_open() {
            self.drop_check.report();
        }
    }
}

impl<R> fmt::Debug for Answer<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer").field("method", &self.method).finish_non_exhaustive()
    }
}

impl<R> private::Sealed for Answer<R> {}

impl<R> Expire for Answer<R> {
    fn expire(mut self) -> Option<(Method, bool)> {
        self.drop_check.disarm();
        Some((self.method, true))
    }
}

/// The failure of a call that ran inline.
impl From<CallError> for Failure {
    #[cold]
    fn from(error: CallError) -> Self {
        match error.into_kind() {
            CallErrorKind::Panicked { message } => Self::Panicked(message),
            CallErrorKind::Unanswered => Self::Unanswered,
            _ => Self::Stopped,
        }
    }
}

impl Failure {
    /// The error of a call of `method`.
    #[cold]
    pub(crate) fn of(self, method: Method) -> CallError {
        match self {
            Self::Stopped => CallError::new(method, CallErrorKind::Stopped),
            Self::Unanswered => CallError::new(method, CallErrorKind::Unanswered),
            Self::Panicked(message) => CallError::new(method, CallErrorKind::Panicked { message }),
        }
    }
}
