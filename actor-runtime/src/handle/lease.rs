//! Leases: exclusive access to an actor.
//!
//! A lease is a mailbox of its own, queued in the actor's mailbox like a message. When its turn comes, the
//! loop takes messages from it alone, until it is closed.

use std::{
    fmt,
    future::Future,
    mem,
    ops::Deref,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use crate::{
    call::{
        room::{WaitForRoom, offer_lease},
        timeout::{Expire, Timeout, private},
    },
    debug::opaque_debug,
    error::{CallError, CallErrorKind, Method},
    exit::ExitReason,
    handle::{ActorHandle, Handle},
    mailbox::Shared,
    slot::message::Message,
    sync::{Arc, bug},
    thread::{block_on::block_on, current, reading, ring::Wait},
};

/// Exclusive access to an actor: only messages sent through the lease are processed until it is dropped.
///
/// Returned by [`ActorHandle::lease`]. It derefs to a handle, so calls are made as usual:
/// `lease.add(2).await`. Clones of that handle send to the lease as well, but do not extend it: once the
/// `Lease` is dropped, their messages are not accepted.
///
/// Dropping the lease ends it. Messages that were accepted are handled, `#[on_release]` runs, and the actor
/// continues with its mailbox. To wait for this, use [`release`](Self::release).
///
/// A lease keeps its actor alive, as a handle does. A shutdown of the actor also ends its lease, so that a
/// holder cannot delay it: messages already accepted are handled, later ones are refused, and
/// `#[on_release]` runs.
///
/// Hold a lease for a short time only, because all other callers wait. Do not await a call through another
/// handle of the same actor while holding it: that call waits for the lease to end, which is a deadlock.
#[must_use = "a lease ends when it is dropped"]
pub struct Lease<H: ActorHandle> {
    /// Sends to the lease's mailbox.
    handle: H,
    /// Keeps the actor alive.
    _actor: H,
}

impl<H: ActorHandle> Lease<H> {
    /// Makes a lease that is not granted yet.
    fn new(actor: &H) -> Self {
        let shared = Shared::new_lease(&actor.as_handle().0);
        Self { handle: (H::FROM_HANDLE)(Handle::counted(shared)), _actor: actor.clone() }
    }

    fn shared(&self) -> &Arc<Shared<H::Message>> {
        &self.handle.as_handle().0
    }

    /// Ends the lease, and returns a future that waits until `#[on_release]` has run.
    ///
    /// The lease ends even if the future is dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// # use actor_runtime::{ActorHandle, actor, spawn};
    /// # #[derive(Default)] struct Counter(u64);
    /// # #[actor]
    /// # impl Counter {
    /// #     /// Adds `amount` and returns the new total.
    /// #     pub fn add(&mut self, amount: u64) -> u64 { self.0 += amount; self.0 }
    /// #     #[on_release]
    /// #     fn reset(&mut self) { self.0 = 0 }
    /// # }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let counter = spawn(Counter::default());
    /// let lease = counter.lease().await?;
    /// lease.add(2).await?;
    /// lease.release().await?;
    /// # assert_eq!(counter.add(1).await?, 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn release(self) -> Release<H::Message> {
        Release { shared: self.shared().clone(), ticket: None }
    }
}

impl<H: ActorHandle> Deref for Lease<H> {
    type Target = H;

    fn deref(&self) -> &H {
        &self.handle
    }
}

impl<H: ActorHandle> Drop for Lease<H> {
    fn drop(&mut self) {
        if bug("a dropped lease goes on") {
            return;
        }
        self.shared().close(ExitReason::Shutdown);
    }
}

impl<H: ActorHandle> fmt::Debug for Lease<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Lease").field(&self.handle).finish()
    }
}

/// A future that waits until a lease has ended.
///
/// Returned by [`Lease::release`].
///
/// # Errors
///
/// - [`CallErrorKind::Panicked`] if `#[on_release]` panicked.
/// - [`CallErrorKind::Stopped`] if `#[on_release]` did not run, because the actor was aborted or ended by a
///   panic or by a handler that takes `self`.
/// - [`CallErrorKind::WouldDeadlock`] in a handler of the same actor.
///
/// # Cancel safety
///
/// Dropping it only stops the wait: the lease ends in any case.
#[must_use = "to end a lease without waiting, drop the lease"]
pub struct Release<M: Message> {
    shared: Arc<Shared<M>>,
    ticket: Option<u64>,
}

impl<M: Message> Release<M> {
    const METHOD: Method = Method::new(M::ACTOR, "on_release");

    /// Blocks the current thread until the lease has ended.
    ///
    /// # Errors
    ///
    /// As when the future is awaited.
    ///
    /// # Panics
    ///
    /// Panics on a thread that drives a tokio runtime, which it would block.
    pub fn blocking(self) -> Result<(), CallError> {
        block_on(self)
    }
}

impl<M: Message> Future for Release<M> {
    type Output = Result<(), CallError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let method = Self::METHOD;
        let Self { shared, ticket } = &mut *self;
        let reason = match shared.exit_reason() {
            Some(reason) => reason,
            None => {
                let wait = register_wait(shared, method, true)?;
                ready!(shared.poll_ended(ticket, wait, cx))
            }
        };
        Poll::Ready(match reason {
            ExitReason::Shutdown => Ok(()),
            ExitReason::Panicked { method: hook, message } if hook == method => {
                Err(CallError::new(method, CallErrorKind::Panicked { message }))
            }
            _ => Err(CallError::new(method, CallErrorKind::Stopped)),
        })
    }
}

impl<M: Message> Drop for Release<M> {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket {
            self.shared.unwatch(ticket);
        }
    }
}

opaque_debug!([M: Message] Release<M>, "Release", actor = M::ACTOR);

/// Records that the current actor waits for `shared`, or fails if that would deadlock. `accepted` is
/// whether what it waits for will happen in any case.
fn register_wait<M: Message>(
    shared: &Shared<M>,
    method: Method,
    accepted: bool,
) -> Result<Wait, CallError> {
    let error = |ring| CallError::new(method, CallErrorKind::WouldDeadlock { accepted, ring });
    if current::caller() == Some(shared.id()) {
        return Err(error(Vec::new()));
    }
    reading::waits_for(shared.id());
    Wait::begin(shared.id(), method).map_err(error)
}

/// A future that acquires a [`Lease`].
///
/// Returned by [`ActorHandle::lease`]. It requests the lease when it is first polled.
///
/// # Errors
///
/// See [`ActorHandle::lease`].
///
/// # Cancel safety
///
/// Not cancel safe: dropping the future loses its place in the queue, so [`select!`](crate::select)
/// refuses it by value. No lease is left behind; one that was granted but not yet returned ends without
/// `#[on_release]`, because no message was sent through it.
///
/// In a loop, create the future once with `let mut call = pin!(handle.lease())` and poll `&mut call`,
/// which keeps its place. The lease may be granted between two polls, and then all other callers wait for
/// the next poll.
#[must_use = "a lease is not requested until it is awaited"]
pub struct LeaseCall<'a, H: ActorHandle> {
    actor: &'a H,
    state: LeaseState<H>,
}

enum LeaseState<H: ActorHandle> {
    Unsent,
    WaitingForRoom(WaitForRoom<H::Message>, RequestedLease<H>),
    Sent(RequestedLease<H>),
    Done,
}

/// A lease that was requested. Dropping it ends the lease, granted or not.
struct RequestedLease<H: ActorHandle>(Lease<H>);

/// No field is structurally pinned.
impl<H: ActorHandle> Unpin for LeaseCall<'_, H> {}

impl<'a, H: ActorHandle> LeaseCall<'a, H> {
    const METHOD: Method = Method::new(H::Message::ACTOR, "lease");

    pub(crate) fn new(actor: &'a H) -> Self {
        Self { actor, state: LeaseState::Unsent }
    }

    /// Limits the wait to `duration`, which begins with the first poll.
    ///
    /// When it elapses, the request is withdrawn and the result is [`CallErrorKind::TimedOut`].
    ///
    /// # Panics
    ///
    /// The returned future panics if it is polled outside of a tokio runtime with its timer enabled.
    /// On a thread without a runtime, use [`Timeout::blocking`].
    ///
    /// # Cancel safety
    ///
    /// As for the future without a timeout: see [`LeaseCall`].
    pub fn timeout(self, duration: Duration) -> Timeout<Self> {
        Timeout::new(self, duration)
    }

    /// Blocks the current thread until the lease is acquired.
    ///
    /// # Errors
    ///
    /// See [`ActorHandle::lease`].
    ///
    /// # Panics
    ///
    /// Panics on a thread that drives a tokio runtime, which it would block.
    pub fn blocking(self) -> Result<Lease<H>, CallError> {
        block_on(self)
    }

    /// Queues the lease in the mailbox of the actor.
    fn send(&mut self, cx: &mut Context<'_>) -> Result<(), CallError> {
        let method = Self::METHOD;
        let shared = &self.actor.as_handle().0;
        if shared.is_lease() && shared.is_open() {
            // It would wait for the end of the lease through which it is requested.
            return Err(CallError::new(
                method,
                CallErrorKind::WouldDeadlock { accepted: false, ring: vec![method] },
            ));
        }
        let wait = register_wait(shared, method, false)?;
        let requested = RequestedLease(Lease::new(self.actor));
        requested.0.shared().keep_wait(wait);
        self.state = match offer_lease(shared, requested.0.shared(), cx) {
            Ok(None) => LeaseState::Sent(requested),
            Ok(Some(waiting)) => LeaseState::WaitingForRoom(waiting, requested),
            Err(refusal) => return Err(refusal.of(method)),
        };
        Ok(())
    }
}

impl<H: ActorHandle> Future for LeaseCall<'_, H> {
    type Output = Result<Lease<H>, CallError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let method = Self::METHOD;
        if let LeaseState::Unsent = self.state {
            self.state = LeaseState::Done;
            self.send(cx)?;
        }
        let requested = match mem::replace(&mut self.state, LeaseState::Done) {
            LeaseState::WaitingForRoom(mut waiting, requested) => match waiting.poll_lease(cx) {
                Poll::Pending => {
                    self.state = LeaseState::WaitingForRoom(waiting, requested);
                    return Poll::Pending;
                }
                Poll::Ready(Err(refusal)) => return Poll::Ready(Err(refusal.of(method))),
                Poll::Ready(Ok(())) => requested,
            },
            LeaseState::Sent(requested) => requested,
            LeaseState::Unsent | LeaseState::Done => panic!("`LeaseCall` polled after completion"),
        };
        match requested.0.shared().poll_taken(cx) {
            Poll::Pending => {
                self.state = LeaseState::Sent(requested);
                Poll::Pending
            }
            Poll::Ready(Ok(())) => Poll::Ready(Ok(requested.0)),
            Poll::Ready(Err(())) => {
                Poll::Ready(Err(CallError::new(method, CallErrorKind::Stopped)))
            }
        }
    }
}

impl<H: ActorHandle> fmt::Debug for LeaseCall<'_, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match self.state {
            LeaseState::Unsent => "not sent",
            LeaseState::WaitingForRoom(..) => "waiting for room",
            LeaseState::Sent(_) => "sent",
            LeaseState::Done => "done",
        };
        f.debug_struct("LeaseCall")
            .field("actor", &H::Message::ACTOR)
            .field("state", &state)
            .finish()
    }
}

impl<H: ActorHandle> private::Sealed for LeaseCall<'_, H> {}

impl<H: ActorHandle> Expire for LeaseCall<'_, H> {
    fn expire(self) -> Option<(Method, bool)> {
        let accepted = match &self.state {
            LeaseState::WaitingForRoom(waiting, _) => !waiting.withdraw_lease(),
            LeaseState::Sent(_) => true,
            LeaseState::Unsent | LeaseState::Done => return None,
        };
        Some((Self::METHOD, accepted))
    }
}
