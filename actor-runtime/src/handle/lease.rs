//! Leases: an actor to oneself, for a while.

use std::{
    fmt,
    future::Future,
    mem,
    ops::Deref,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use crate::{
    call::{
        room::{Place, offer_lease},
        timeout::{GiveUp, Timeout, private},
    },
    debug::opaque_debug,
    error::{CallError, CallErrorKind, Method},
    exit::ExitReason,
    handle::{ActorHandle, Handle},
    mailbox::Shared,
    slot::message::Message,
    sync::{Arc, bug},
    thread::{
        block_on::block_on,
        current,
        ring::{Link, Wait},
    },
};

/// An actor to oneself: while it lives, the actor handles the messages that are sent through it, and
/// no others. See [`ActorHandle::lease`].
///
/// It derefs to a handle, so all that a handle can do is done through it: `lease.add(2).await`.
/// Clones of that handle send to the lease as well. They do not make it last longer: once the `Lease`
/// is dropped, what they send is not accepted.
///
/// Dropping it gives the actor back: messages that were accepted are handled, `#[on_release]` runs,
/// and then it is the turn of whoever has waited.
///
/// A lease keeps its actor alive, as a handle does. If the actor is shut down, its lease ends at
/// once, so that nobody who holds one holds up the shutdown: what was accepted is handled, what is
/// sent from then on is not accepted, and `#[on_release]` runs.
///
/// Its holder should be quick: everybody else waits. In particular, it must not wait for a call that
/// it makes through an ordinary handle of the same actor, which waits for the lease to end.
#[must_use = "a lease that is dropped ends"]
pub struct Lease<H: ActorHandle> {
    /// Of the lease's mailbox.
    handle: H,
    /// Keeps the actor alive.
    _actor: H,
}

impl<H: ActorHandle> Lease<H> {
    /// A lease that is not granted yet.
    fn new(actor: &H) -> Self {
        let shared = Shared::new_lease(&actor.as_handle().0);
        Self { handle: H::from_handle(Handle(shared)), _actor: actor.clone() }
    }

    fn shared(&self) -> &Arc<Shared<H::Message>> {
        &self.handle.as_handle().0
    }

    /// Gives the actor back, as dropping the lease does, and lets one wait until `#[on_release]` has
    /// run.
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
        Release { shared: self.shared().clone(), ticket: None, wait: None }
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
        if !bug("a dropped lease goes on") {
            self.shared().close(ExitReason::Shutdown);
        }
    }
}

impl<H: ActorHandle> fmt::Debug for Lease<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Lease").field(&self.handle).finish()
    }
}

/// Waits until a lease has ended. See [`Lease::release`].
///
/// # Errors
///
/// [`CallErrorKind::Panicked`] if `#[on_release]` panicked, [`CallErrorKind::Stopped`] if it did not run: the
/// actor was aborted, or ended by a panic or a handler that takes `self`. And
/// [`CallErrorKind::WouldDeadlock`] in a handler of the actor itself.
///
/// # Cancel safety
///
/// The lease ends whether or not somebody waits for it. Dropping this loses nothing but the news.
#[must_use = "to release a lease without waiting for it, drop it"]
pub struct Release<M: Message> {
    shared: Arc<Shared<M>>,
    ticket: Option<u64>,
    wait: Option<Wait>,
}

impl<M: Message> Release<M> {
    const METHOD: Method = Method::new(M::ACTOR, "on_release");

    /// Waits on a thread that runs no async code.
    ///
    /// # Errors
    ///
    /// As when it is awaited.
    ///
    /// # Panics
    ///
    /// On a thread that drives a tokio runtime, where waiting would block it.
    pub fn blocking(self) -> Result<(), CallError> {
        block_on(self)
    }
}

impl<M: Message> Future for Release<M> {
    type Output = Result<(), CallError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let method = Self::METHOD;
        let Self { shared, ticket, wait } = &mut *self;
        let Poll::Ready(reason) = shared.poll_ended(ticket, cx) else {
            *wait = None;
            *wait = Some(begin_to_wait(shared, method)?);
            return Poll::Pending;
        };
        *wait = None;
        Poll::Ready(match reason {
            ExitReason::Shutdown => Ok(()),
            ExitReason::Panicked { method: panicked, message } if panicked == method => {
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

/// Notes who waits here, or says why nobody should.
fn begin_to_wait<M: Message>(shared: &Shared<M>, method: Method) -> Result<Wait, CallError> {
    if current::actor() == Some(shared.id()) {
        return Err(CallError::new(method, CallErrorKind::WouldDeadlock { ring: Vec::new() }));
    }
    Wait::begin(shared.id(), method, &Link::default())
        .map_err(|ring| CallError::new(method, CallErrorKind::WouldDeadlock { ring }))
}

/// A lease that has not been asked for: await it. See [`ActorHandle::lease`].
///
/// # Cancel safety
///
/// Dropping it leaves no lease behind: one that was not granted never is, and one that was granted
/// and not taken ends without `#[on_release]`, since nobody had it. What is lost is the place in the
/// queue. So a lease is *not* cancel safe where it is asked for over and over, and
/// [`select!`](crate::select) refuses it. It takes one that is lent, which keeps its place:
/// `let mut call = pin!(handle.lease())` before the loop, and `&mut call`. Between two polls it may be
/// granted, and then everybody waits for the next poll.
#[must_use = "a lease is not asked for until it is awaited"]
pub struct LeaseCall<'a, H: ActorHandle> {
    actor: &'a H,
    stage: Stage<'a, H>,
}

enum Stage<'a, H: ActorHandle> {
    Unsent,
    WaitingForRoom(Place<'a, H::Message>, Asked<H>),
    Sent(Asked<H>),
    Done,
}

/// A lease that was asked for. Dropping it gives the lease back, granted or not.
struct Asked<H: ActorHandle> {
    lease: Lease<H>,
    /// On record while a handler waits.
    _wait: Wait,
}

/// Nothing in it is pinned.
impl<H: ActorHandle> Unpin for LeaseCall<'_, H> {}

impl<'a, H: ActorHandle> LeaseCall<'a, H> {
    const METHOD: Method = Method::new(H::Message::ACTOR, "lease");

    pub(crate) fn new(actor: &'a H) -> Self {
        Self { actor, stage: Stage::Unsent }
    }

    /// Gives up after `duration`, with [`CallErrorKind::TimedOut`].
    ///
    /// # Panics
    ///
    /// If it is awaited outside of a tokio runtime with its timer enabled. A plain thread uses
    /// [`Timeout::blocking`].
    ///
    /// # Cancel safety
    ///
    /// As the lease itself.
    pub fn timeout(self, duration: Duration) -> Timeout<Self> {
        Timeout::new(self, duration)
    }

    /// Waits for the lease on a thread that runs no async code.
    ///
    /// # Errors
    ///
    /// As when it is awaited: see [`ActorHandle::lease`].
    ///
    /// # Panics
    ///
    /// On a thread that drives a tokio runtime, where waiting would block it.
    pub fn blocking(self) -> Result<Lease<H>, CallError> {
        block_on(self)
    }

    /// Asks for the lease, and goes on to the stage in which there is something to wait for.
    fn send(&mut self, cx: &mut Context<'_>) -> Result<(), CallError> {
        let method = Self::METHOD;
        let shared = &self.actor.as_handle().0;
        if shared.is_lease() {
            // It would wait for the end of the lease that it is asked through.
            return Err(CallError::new(
                method,
                CallErrorKind::WouldDeadlock { ring: vec![method] },
            ));
        }
        let wait = begin_to_wait(shared, method)?;
        let asked = Asked { lease: Lease::new(self.actor), _wait: wait };
        self.stage = match offer_lease(shared, asked.lease.shared(), cx) {
            Ok(None) => Stage::Sent(asked),
            Ok(Some(place)) => Stage::WaitingForRoom(place, asked),
            Err(()) => return Err(CallError::new(method, CallErrorKind::Closed)),
        };
        Ok(())
    }
}

impl<H: ActorHandle> Future for LeaseCall<'_, H> {
    type Output = Result<Lease<H>, CallError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let method = Self::METHOD;
        if let Stage::Unsent = self.stage {
            self.stage = Stage::Done;
            self.send(cx)?;
        }
        let asked = match mem::replace(&mut self.stage, Stage::Done) {
            Stage::WaitingForRoom(mut place, asked) => match place.poll_item(cx) {
                Poll::Pending => {
                    self.stage = Stage::WaitingForRoom(place, asked);
                    return Poll::Pending;
                }
                Poll::Ready(Err(_)) => {
                    return Poll::Ready(Err(CallError::new(method, CallErrorKind::Closed)));
                }
                Poll::Ready(Ok(())) => asked,
            },
            Stage::Sent(asked) => asked,
            Stage::Unsent | Stage::Done => panic!("a lease was polled after it was ready"),
        };
        match asked.lease.shared().poll_taken(cx) {
            Poll::Pending => {
                self.stage = Stage::Sent(asked);
                Poll::Pending
            }
            Poll::Ready(Ok(())) => Poll::Ready(Ok(asked.lease)),
            Poll::Ready(Err(())) => {
                Poll::Ready(Err(CallError::new(method, CallErrorKind::Stopped)))
            }
        }
    }
}

impl<H: ActorHandle> fmt::Debug for LeaseCall<'_, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stage = match self.stage {
            Stage::Unsent => "not sent",
            Stage::WaitingForRoom(..) => "waiting for room",
            Stage::Sent(_) => "sent",
            Stage::Done => "done",
        };
        f.debug_struct("LeaseCall")
            .field("actor", &H::Message::ACTOR)
            .field("stage", &stage)
            .finish()
    }
}

impl<H: ActorHandle> private::Sealed for LeaseCall<'_, H> {}

impl<H: ActorHandle> GiveUp for LeaseCall<'_, H> {
    fn give_up(self) -> Option<(Method, bool)> {
        let accepted = match &self.stage {
            Stage::WaitingForRoom(place, _) => place.withdraw_item().is_none(),
            Stage::Sent(_) => true,
            Stage::Unsent | Stage::Done => return None,
        };
        Some((Self::METHOD, accepted))
    }
}
