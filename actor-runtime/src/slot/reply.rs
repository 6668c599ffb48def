//! The handler's half of a slot.

use std::{fmt, future::poll_fn, rc::Rc, sync::Arc as StdArc, task::Poll};

use crate::{
    cancel_safe::{CancelSafe, assume_cancel_safe},
    error::Failure,
    slot::{
        State,
        message::{Envelope, PendingReply, private},
        share::Share,
    },
    sync::bug,
    thread::current::{self, DropReason, ErasedReply},
};

/// Sends one answer to the caller of a handler.
///
/// Each message carries one, and the generated dispatch sends what the handler returns. A handler that
/// takes a `Reply` as a parameter answers when it chooses: it may store the reply in the actor or move
/// it into a task. If the reply is dropped without an answer, the call completes with an error:
/// [`Panicked`](crate::CallErrorKind::Panicked) if its handler panicked,
/// [`Stopped`](crate::CallErrorKind::Stopped) if the actor ended, and
/// [`Unanswered`](crate::CallErrorKind::Unanswered) otherwise.
///
/// The reply of a cast has no caller, and drops what it is given to send.
///
/// # Examples
///
/// ```
/// use actor_runtime::{Reply, actor, spawn};
///
/// #[derive(Default)]
/// struct Gate { open: bool, waiting: Vec<Reply<()>> }
///
/// #[actor]
/// impl Gate {
///     /// Waits until the gate is open.
///     pub fn pass(&mut self, reply: Reply<()>) {
///         if self.open { reply.send(()) } else { self.waiting.push(reply) }
///     }
///
///     /// Opens the gate and answers all pending calls.
///     pub fn open(&mut self) {
///         self.open = true;
///         for reply in self.waiting.drain(..) { reply.send(()) }
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let gate = spawn(Gate::default());
/// let passed = gate.pass().sent().await?;
/// gate.open().await?;
/// passed.await?;
/// # Ok(())
/// # }
/// ```
#[must_use = "dropping a reply completes the call with an error"]
pub struct Reply<T: 'static>(pub(super) Option<Share<T>>);

impl<T> Reply<T> {
    /// The reply of a cast, or of a call that runs inline.
    pub(crate) fn unwanted() -> Self {
        Self(None)
    }

    /// Answers the caller.
    ///
    /// If the caller was dropped, the answer is dropped, or returns to the actor if the handler is
    /// marked `#[cancel_safe(undelivered = ..)]`.
    #[inline]
    pub fn send(self, answer: T) {
        let mut reply = self;
        if let Some(slot) = reply.0.take() {
            if let Err((slot, State::Answered(answer))) = slot.settle(State::Answered(answer)) {
                slot.return_answer(answer);
            }
        }
    }

    /// Answers the caller, or returns the answer if the caller was dropped.
    ///
    /// `Ok` does not mean that the caller has read or will read the answer; see
    /// [`send_acknowledged`](Self::send_acknowledged) for that.
    ///
    /// # Errors
    ///
    /// The answer, if the caller was dropped or the message was cast.
    #[inline]
    pub fn send_or_return(mut self, answer: T) -> Result<(), T> {
        let Some(slot) = self.0.take() else {
            return Err(answer);
        };
        match slot.settle(State::Answered(answer)) {
            Err((slot, State::Answered(answer))) => {
                slot.cancel_return();
                Err(answer)
            }
            _ => Ok(()),
        }
    }

    /// Completes the call with the message of its handler's panic.
    pub(crate) fn panicked(mut self, message: StdArc<str>) {
        if let Some(slot) = self.0.take() {
            slot.fail(Failure::Panicked(message));
        }
    }

    /// Waits until the caller is gone: its call was dropped, or its timeout elapsed.
    ///
    /// Completes at once if the message was cast. [`is_closed`](Self::is_closed) is then `true`. An actor
    /// that answers later waits for it to give up work that was asked for by that caller only.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: it changes nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use actor_runtime::{CallErrorKind, Reply, actor, cancel_safe, spawn};
    ///
    /// #[derive(Default)]
    /// struct Server { running: Option<Reply<u32>>, cancelled: u32 }
    ///
    /// #[cancel_safe]
    /// async fn gone(running: &mut Option<Reply<u32>>) {
    ///     match running {
    ///         Some(reply) => reply.gone().await,
    ///         None => std::future::pending().await,
    ///     }
    /// }
    ///
    /// #[actor]
    /// impl Server {
    ///     /// Begins a query that takes long.
    ///     pub fn query(&mut self, reply: Reply<u32>) { self.running = Some(reply) }
    ///
    ///     /// How many queries were cancelled.
    ///     pub fn cancelled(&self) -> u32 { self.cancelled }
    ///
    ///     #[on(gone(&mut self.running))]
    ///     fn cancel(&mut self, (): ()) {
    ///         self.running = None;
    ///         self.cancelled += 1;
    ///     }
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let server = spawn(Server::default());
    /// let query = server.query().timeout(Duration::from_secs(1));
    /// assert!(matches!(query.await.unwrap_err().kind(), CallErrorKind::TimedOut { .. }));
    /// while server.cancelled().await? == 0 { tokio::task::yield_now().await }
    /// # Ok(())
    /// # }
    /// ```
    pub fn gone(&mut self) -> impl CancelSafe<Output = ()> {
        let slot = self.0.as_ref();
        let gone = poll_fn(move |cx| slot.map_or(Poll::Ready(()), |slot| slot.poll_abandoned(cx)));
        assume_cancel_safe("it changes nothing", gone)
    }

    /// Returns `true` if the caller was dropped or the message was cast.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.0.as_ref().is_none_or(|slot| !slot.is_shared() || slot.is_abandoned())
    }
}

impl<T> Reply<T> {
    /// Fails the call.
    #[cold]
    pub(crate) fn fail(mut self, failure: Failure) {
        if let Some(slot) = self.0.take() {
            slot.fail(failure);
        }
    }

    /// Fails the call of a reply that is dropped unanswered.
    #[cold]
    fn fail_dropped(slot: Share<T>) {
        if bug("a dropped reply says nothing") {
            return;
        }
        match current::drop_reason(slot.address()) {
            DropReason::Unwinding => current::defer_failure(Rc::new(slot)),
            DropReason::ActorEnding => slot.fail(Failure::Stopped),
            DropReason::Discarded => slot.fail(Failure::Unanswered),
        }
    }
}

impl<T: 'static> Reply<T> {
    /// Describes a message of this reply.
    #[doc(hidden)]
    #[inline]
    pub fn envelope(&self, method: &'static str) -> Envelope<'_> {
        Envelope::new(method, self)
    }
}

impl<T> Drop for Reply<T> {
    #[inline]
    fn drop(&mut self) {
        if let Some(slot) = self.0.take() {
            Self::fail_dropped(slot);
        }
    }
}

impl<T> fmt::Debug for Reply<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply").field("is_closed", &self.is_closed()).finish_non_exhaustive()
    }
}

impl<T> private::Sealed for Reply<T> {}

impl<T> PendingReply for Reply<T> {
    fn is_abandoned(&self) -> bool {
        self.0.as_ref().is_some_and(|slot| !slot.is_shared())
    }

    fn stopped(&self) {
        if let Some(slot) = &self.0 {
            slot.fail(Failure::Stopped);
        }
    }

    #[inline]
    fn wait(&self) -> Option<private::Ticket> {
        self.0.as_ref()?.link.ticket().map(private::Ticket)
    }

    fn address(&self) -> Option<usize> {
        self.0.as_ref().map(Share::address)
    }
}
