//! Waiting for room in a mailbox.
//!
//! The message (or lease) itself waits in the mailbox's queue, which accepts it as soon as there is
//! room, whether or not its sender is polled. The sender holds a [`WaitForRoom`].

use std::task::{Context, Poll};

use crate::{
    error::SendError,
    mailbox::{Item, Offered, Shared},
    slot::message::Message,
    sync::Arc,
    thread::current,
};

/// A message or a lease that waits for room in a mailbox.
///
/// Dropping it withdraws the message, unless it has been accepted.
pub(crate) struct WaitForRoom<'a, M: Message> {
    shared: &'a Arc<Shared<M>>,
    ticket: u64,
}

impl<M: Message> WaitForRoom<'_, M> {
    /// Withdraws the message and returns it, or `None` if it was already accepted.
    pub(crate) fn withdraw(&self) -> Option<M> {
        self.withdraw_item().map(message_in)
    }

    /// Waits until the message is accepted. Returns it if the mailbox closes first.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), M>> {
        self.poll_item(cx).map_err(message_in)
    }

    /// As [`withdraw`](Self::withdraw), for an item that may be a lease.
    pub(crate) fn withdraw_item(&self) -> Option<Item<M>> {
        self.shared.withdraw(self.ticket)
    }

    /// As [`poll`](Self::poll), for an item that may be a lease.
    pub(crate) fn poll_item(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Item<M>>> {
        self.shared.poll_ticket(self.ticket, cx)
    }
}

impl<M: Message> Drop for WaitForRoom<'_, M> {
    fn drop(&mut self) {
        self.shared.withdraw(self.ticket);
    }
}

/// The message in an item that was offered as one.
fn message_in<M: Message>(item: Item<M>) -> M {
    match item {
        Item::Message(entry) => entry.message,
        Item::Lease(_) => unreachable!("a message was offered, not a lease"),
    }
}

/// Offers `message` to the mailbox. `Ok(None)` means that it was accepted at once.
pub(crate) fn offer<'a, M: Message>(
    shared: &'a Arc<Shared<M>>,
    message: M,
    cx: &mut Context<'_>,
) -> Result<Option<WaitForRoom<'a, M>>, SendError<M>> {
    match shared.offer(message, cx.waker()) {
        Offered::Accepted => Ok(None),
        Offered::Refused(item) => Err(SendError::Closed(message_in(item))),
        Offered::Waiting(ticket) => {
            let waiting = WaitForRoom { shared, ticket };
            if current::actor() == Some(shared.id())
                && let Some(item) = shared.withdraw(ticket)
            {
                return Err(SendError::WouldDeadlock(message_in(item)));
            }
            Ok(Some(waiting))
        }
    }
}

/// Queues `lease` in the mailbox. `Ok(None)` means that it was accepted at once, `Err` that the
/// mailbox is closed.
pub(crate) fn offer_lease<'a, M: Message>(
    shared: &'a Arc<Shared<M>>,
    lease: &Arc<Shared<M>>,
    cx: &mut Context<'_>,
) -> Result<Option<WaitForRoom<'a, M>>, ()> {
    match shared.offer_lease(lease, cx.waker()) {
        Offered::Accepted => Ok(None),
        Offered::Waiting(ticket) => Ok(Some(WaitForRoom { shared, ticket })),
        Offered::Refused(_) => Err(()),
    }
}
