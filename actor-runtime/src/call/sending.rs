//! Sending to a mailbox that may be full.
//!
//! A message (or lease) that has to wait does so in the mailbox's queue, which accepts it as soon as there
//! is room, whether or not its sender is polled. The sender holds a [`Sending`].

use std::task::{Context, Poll, ready};

use crate::{
    error::SendError,
    mailbox::{Item, Offered, Shared},
    slot::message::Message,
    sync::Arc,
    thread::current,
};

/// A message or a lease that was offered to a mailbox and not refused.
///
/// Dropping it withdraws the message, unless it has been accepted.
pub(crate) struct Sending<'a, M: Message> {
    /// The mailbox and the ticket, while the message waits for room. `None` once it was seen to be
    /// accepted.
    waiting: Option<(&'a Arc<Shared<M>>, u64)>,
}

impl<M: Message> Sending<'_, M> {
    /// Waits until the message is accepted. Returns it if the mailbox closes first.
    #[inline]
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), M>> {
        match self.waiting {
            None => Poll::Ready(Ok(())),
            Some(_) => self.poll_waiting(cx).map_err(message_in),
        }
    }

    /// As [`poll`](Self::poll), for an item that may be a lease.
    pub(crate) fn poll_item(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Item<M>>> {
        match self.waiting {
            None => Poll::Ready(Ok(())),
            Some(_) => self.poll_waiting(cx),
        }
    }

    /// Out of line: most messages are accepted at once.
    #[cold]
    #[inline(never)]
    fn poll_waiting(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Item<M>>> {
        let Some((shared, ticket)) = self.waiting else {
            return Poll::Ready(Ok(()));
        };
        let outcome = ready!(shared.poll_ticket(ticket, cx));
        self.waiting = None;
        Poll::Ready(outcome)
    }

    /// Withdraws the message and returns it, or `None` if it was already accepted.
    pub(crate) fn withdraw(&self) -> Option<M> {
        self.withdraw_item().map(message_in)
    }

    /// As [`withdraw`](Self::withdraw), for an item that may be a lease.
    pub(crate) fn withdraw_item(&self) -> Option<Item<M>> {
        let (shared, ticket) = self.waiting?;
        shared.withdraw(ticket)
    }

    /// Whether the message was not yet seen to be accepted.
    pub(crate) fn is_waiting(&self) -> bool {
        self.waiting.is_some()
    }
}

impl<M: Message> Drop for Sending<'_, M> {
    fn drop(&mut self) {
        self.withdraw_item();
    }
}

/// The message in an item that was offered as one.
fn message_in<M: Message>(item: Item<M>) -> M {
    match item {
        Item::Message(entry) => entry.message,
        Item::Lease(_) => unreachable!("a message was offered, not a lease"),
    }
}

/// Offers `message` to the mailbox.
pub(crate) fn offer<'a, M: Message>(
    shared: &'a Arc<Shared<M>>,
    message: M,
    cx: &mut Context<'_>,
) -> Result<Sending<'a, M>, SendError<M>> {
    match shared.offer(message, cx.waker()) {
        Offered::Accepted => Ok(Sending { waiting: None }),
        Offered::Refused(item) => Err(SendError::Closed(message_in(item))),
        Offered::Waiting(ticket) => {
            let sending = Sending { waiting: Some((shared, ticket)) };
            if current::actor() == Some(shared.id())
                && let Some(message) = sending.withdraw()
            {
                return Err(SendError::WouldDeadlock(message));
            }
            Ok(sending)
        }
    }
}

/// Offers `lease` to the mailbox of its actor. Fails if the mailbox is closed.
pub(crate) fn offer_lease<'a, M: Message>(
    shared: &'a Arc<Shared<M>>,
    lease: &Arc<Shared<M>>,
    cx: &mut Context<'_>,
) -> Result<Sending<'a, M>, ()> {
    match shared.offer_lease(lease, cx.waker()) {
        Offered::Accepted => Ok(Sending { waiting: None }),
        Offered::Waiting(ticket) => Ok(Sending { waiting: Some((shared, ticket)) }),
        Offered::Refused(_) => Err(()),
    }
}
