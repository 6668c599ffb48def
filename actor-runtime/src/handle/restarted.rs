//! [`Restarted`]: waiting for a restart of an actor.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use crate::{
    debug::opaque_debug,
    error::Method,
    exit::ExitReason,
    handle::exited::begin_wait,
    mailbox::{Shared, restarts::Restart},
    slot::message::Message,
    sync::Arc,
    thread::block_on::block_on,
};

/// A future that waits until an actor has been restarted.
///
/// Returned by [`ActorHandle::restarted`](crate::ActorHandle::restarted). It does not keep the actor alive,
/// and panics where [`Exited`](crate::Exited) does.
///
/// # Errors
///
/// Resolves to the exit reason if the actor ends instead.
///
/// # Cancel safety
///
/// Cancel safe: if it is dropped, nothing is lost but the moment from which it counts.
#[must_use = "futures do nothing unless polled"]
pub struct Restarted<M: Message> {
    shared: Arc<Shared<M>>,
    /// The number of the life that is not waited for.
    seen: u64,
    ticket: Option<u64>,
}

impl<M: Message> Restarted<M> {
    pub(crate) fn new(shared: Arc<Shared<M>>) -> Self {
        Self { seen: shared.started_lives(), shared, ticket: None }
    }

    /// Blocks the current thread until the actor has been restarted. See
    /// [`Exited::blocking`](crate::Exited::blocking).
    ///
    /// # Errors
    ///
    /// Returns the exit reason if the actor ends instead.
    pub fn blocking(self) -> Result<Restart, ExitReason> {
        block_on(self)
    }
}

impl<M: Message> Future for Restarted<M> {
    type Output = Result<Restart, ExitReason>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Self { shared, seen, ticket } = &mut *self;
        let method = Method::new(M::ACTOR, "restarted");
        let wait = begin_wait(shared.id(), method, "restart in one of its handlers");
        shared.poll_restarted(*seen, ticket, wait, cx)
    }
}

impl<M: Message> Drop for Restarted<M> {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket {
            self.shared.unwatch_restarts(ticket);
        }
    }
}

opaque_debug!([M: Message] Restarted<M>, "Restarted", actor = M::ACTOR);
