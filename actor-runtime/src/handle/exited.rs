//! Waiting for the end of an actor.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use crate::{
    debug::opaque_debug,
    exit::ExitReason,
    mailbox::Shared,
    slot::message::Message,
    sync::Arc,
    thread::{block_on::block_on, current},
};

/// Waits for the end of an actor and gives its reason.
///
/// When it is ready, nothing of the actor runs any more and its state has been dropped or handed
/// back. It keeps neither the actor nor a handle alive.
///
/// # Panics
///
/// If it is awaited by a handler of the actor itself, which would wait for ever.
///
/// # Cancel safety
///
/// Dropping it and asking again loses nothing.
#[must_use = "futures do nothing unless polled"]
pub struct Exited<M: Message> {
    shared: Arc<Shared<M>>,
    ticket: Option<u64>,
}

impl<M: Message> Exited<M> {
    pub(crate) fn new(shared: Arc<Shared<M>>) -> Self {
        Self { shared, ticket: None }
    }

    /// Waits on a thread that runs no async code.
    ///
    /// # Panics
    ///
    /// On a thread that drives a tokio runtime, where waiting would block it.
    pub fn blocking(self) -> ExitReason {
        block_on(self)
    }

    /// Closes the mailbox of the actor that is waited for.
    pub(crate) fn close(&self) {
        self.shared.close(ExitReason::Shutdown);
    }
}

impl<M: Message> Future for Exited<M> {
    type Output = ExitReason;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<ExitReason> {
        let Self { shared, ticket } = &mut *self;
        assert!(
            current::actor() != Some(shared.id()),
            "`{}` waits for its own end in one of its handlers: use `Context::stop` there",
            M::ACTOR,
        );
        shared.poll_ended(ticket, cx)
    }
}

impl<M: Message> Drop for Exited<M> {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket {
            self.shared.unwatch(ticket);
        }
    }
}

opaque_debug!([M: Message] Exited<M>, "Exited", actor = M::ACTOR);

/// Closes the mailbox and waits for the end. See [`ActorHandle::shutdown`](crate::ActorHandle::shutdown).
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

    /// Closes the mailbox and waits on a thread that runs no async code.
    ///
    /// # Panics
    ///
    /// On a thread that drives a tokio runtime, where waiting would block it.
    pub fn blocking(self) -> ExitReason {
        block_on(self)
    }
}

impl<M: Message> Future for Shutdown<M> {
    type Output = ExitReason;

    fn poll(
        mut self: std::pin::Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<ExitReason> {
        if !self.is_closed {
            self.is_closed = true;
            self.exited.close();
        }
        std::pin::Pin::new(&mut self.exited).poll(cx)
    }
}
