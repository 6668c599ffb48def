//! Waiting for room in a mailbox.

use std::task::{Context, Poll};

use crate::{
    error::SendError,
    mailbox::{Item, Offered, Shared},
    slot::message::Message,
    sync::Arc,
    thread::current,
};

/// What waits for room in the mailbox, a message or a lease. Dropping it withdraws that.
pub(crate) struct Place<'a, M: Message> {
    shared: &'a Arc<Shared<M>>,
    ticket: u64,
}

impl<M: Message> Place<'_, M> {
    /// Takes the message back, unless it was accepted by now.
    pub(crate) fn withdraw(&self) -> Option<M> {
        self.withdraw_item().map(message_in)
    }

    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), M>> {
        self.poll_item(cx).map_err(message_in)
    }

    /// As [`withdraw`](Self::withdraw), for what may be a lease.
    pub(crate) fn withdraw_item(&self) -> Option<Item<M>> {
        self.shared.withdraw(self.ticket)
    }

    /// As [`poll`](Self::poll), for what may be a lease.
    pub(crate) fn poll_item(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Item<M>>> {
        self.shared.poll_ticket(self.ticket, cx)
    }
}

impl<M: Message> Drop for Place<'_, M> {
    fn drop(&mut self) {
        self.shared.withdraw(self.ticket);
    }
}

/// The message that was offered, and not accepted.
fn message_in<M: Message>(item: Item<M>) -> M {
    match item {
        Item::Message(entry) => entry.message,
        Item::Lease(_) => unreachable!("what is offered here is a message"),
    }
}

/// Offers `message`; `Ok(None)` means that it was accepted at once.
pub(crate) fn offer<'a, M: Message>(
    shared: &'a Arc<Shared<M>>,
    message: M,
    cx: &mut Context<'_>,
) -> Result<Option<Place<'a, M>>, SendError<M>> {
    match shared.offer(message, cx.waker()) {
        Offered::Accepted => Ok(None),
        Offered::Refused(item) => Err(SendError::Closed(message_in(item))),
        Offered::Waiting(ticket) => {
            let place = Place { shared, ticket };
            if current::actor() == Some(shared.id())
                && let Some(item) = shared.withdraw(ticket)
            {
                return Err(SendError::WouldDeadlock(message_in(item)));
            }
            Ok(Some(place))
        }
    }
}

/// Asks for a lease; `Ok(None)` means that its place in the queue was given at once.
pub(crate) fn offer_lease<'a, M: Message>(
    shared: &'a Arc<Shared<M>>,
    lease: &Arc<Shared<M>>,
    cx: &mut Context<'_>,
) -> Result<Option<Place<'a, M>>, ()> {
    match shared.offer_lease(lease, cx.waker()) {
        Offered::Accepted => Ok(None),
        Offered::Waiting(ticket) => Ok(Some(Place { shared, ticket })),
        Offered::Refused(_) => Err(()),
    }
}
