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
    mailbox::{Shared, restarts::Restart},
    slot::message::Message,
    sync::Arc,
    thread::{block_on::block_on, current, reading, ring::Wait},
};

/// A future that waits until an actor has been restarted.
///
/// Returned by [`ActorHandle::restarted`](crate::ActorHandle::restarted). It does not keep the actor alive.
///
/// # Errors
///
/// Resolves to the exit reason if the actor ends instead.
///
/// # Panics
///
/// Panics if it is polled in a handler of the same actor, which would wait forever.
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

    /// Blocks the current thread until the actor has been restarted.
    ///
    /// # Errors
    ///
    /// Returns the exit reason if the actor ends instead.
    ///
    /// # Panics
    ///
    /// Panics on a thread that drives a tokio runtime, which it would block.
    pub fn blocking(self) -> Result<Restart, ExitReason> {
        block_on(self)
    }
}

impl<M: Message> Future for Restarted<M> {
    type Output = Result<Restart, ExitReason>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Self { shared, seen, ticket } = &mut *self;
        assert!(
            current::caller() != Some(shared.id()),
            "`{}` waits for its own restart in one of its handlers",
            M::ACTOR,
        );
        reading::waits_for(shared.id());
        let wait = Wait::begin_unrefused(shared.id(), Method::new(M::ACTOR, "restarted"));
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
