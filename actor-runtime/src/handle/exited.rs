//! [`Exited`] and [`Shutdown`]: waiting for the end of an actor.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use crate::{
    debug::opaque_debug,
    error::Method,
    exit::ExitReason,
    mailbox::Shared,
    slot::message::Message,
    sync::Arc,
    thread::{
        block_on::block_on,
        current::{self, ActorId},
        reading,
        ring::Wait,
    },
};

/// A future that waits until an actor has ended, and resolves to the reason.
///
/// Returned by [`ActorHandle::exited`](crate::ActorHandle::exited). Once it is ready, no code of the actor
/// runs any more, and its state was dropped or handed back. It does not keep the actor alive.
///
/// # Panics
///
/// Panics if it is polled in a handler of the same actor, which would wait forever.
///
/// # Cancel safety
///
/// Cancel safe: the reason can be waited for again.
#[must_use = "futures do nothing unless polled"]
pub struct Exited<M: Message> {
    shared: Arc<Shared<M>>,
    ticket: Option<u64>,
}

impl<M: Message> Exited<M> {
    pub(crate) fn new(shared: Arc<Shared<M>>) -> Self {
        Self { shared, ticket: None }
    }

    /// Blocks the current thread until the actor has ended.
    ///
    /// # Panics
    ///
    /// Panics on a thread that drives a tokio runtime, which it would block.
    pub fn blocking(self) -> ExitReason {
        block_on(self)
    }

    pub(crate) fn close(&self) {
        self.shared.close(ExitReason::Shutdown);
    }
}

impl<M: Message> Future for Exited<M> {
    type Output = ExitReason;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<ExitReason> {
        let Self { shared, ticket } = &mut *self;
        let event = "end in one of its handlers: use `Context::stop` there";
        let wait = begin_wait(shared.id(), Method::new(M::ACTOR, "exited"), event);
        shared.poll_ended(ticket, wait, cx)
    }
}

impl<M: Message> Drop for Exited<M> {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket {
            self.shared.unwatch(ticket);
        }
    }
}

/// Records that a task waits for the end or the restart of an actor.
///
/// # Panics
///
/// Panics in a handler of the same actor, with a text that ends with `event`.
pub(super) fn begin_wait(actor: ActorId, method: Method, event: &str) -> Wait {
    assert!(current::caller() != Some(actor), "`{}` waits for its own {event}", method.actor());
    reading::waits_for(actor);
    Wait::begin_unrefused(actor, method)
}

opaque_debug!([M: Message] Exited<M>, "Exited", actor = M::ACTOR);

/// A future that closes the mailbox of an actor and waits until the actor has ended.
///
/// Returned by [`ActorHandle::shutdown`](crate::ActorHandle::shutdown). The first poll closes the mailbox.
///
/// # Panics
///
/// Panics if it is polled in a handler of the same actor, which would wait forever.
///
/// # Cancel safety
///
/// Once polled, the actor ends even if the future is dropped.
#[derive(Debug)]
#[must_use = "an actor is not shut down until this is awaited; `close` does not wait"]
pub struct Shutdown<M: Message> {
    exited: Exited<M>,
    is_closed: bool,
}

impl<M: Message> Shutdown<M> {
    pub(crate) fn new(exited: Exited<M>) -> Self {
        Self { exited, is_closed: false }
    }

    /// Closes the mailbox and blocks the current thread until the actor has ended.
    ///
    /// # Panics
    ///
    /// Panics on a thread that drives a tokio runtime, which it would block.
    pub fn blocking(self) -> ExitReason {
        block_on(self)
    }
}

impl<M: Message> Future for Shutdown<M> {
    type Output = ExitReason;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<ExitReason> {
        if !self.is_closed {
            self.is_closed = true;
            self.exited.close();
        }
        Pin::new(&mut self.exited).poll(cx)
    }
}
