//! Waiting for room in a mailbox.
//!
//! The message (or lease) itself waits in the mailbox's queue, which accepts it as soon as there is
//! room, whether or not its sender is polled. The sender holds a [`WaitForRoom`].

use std::task::{Context, Poll};

use crate::{
    error::{Refusal, SendError, Unsent},
    mailbox::{Offered, Shared},
    slot::message::Message,
    sync::Arc,
    thread::reading,
};

/// A message or a lease that waits for room in a mailbox.
///
/// Dropping it withdraws the message, unless it has been accepted.
pub(crate) struct WaitForRoom<M: Message> {
    shared: Arc<Shared<M>>,
    ticket: u64,
}

impl<M: Message> WaitForRoom<M> {
    /// Withdraws the message and returns it, or `None` if it was already accepted.
    pub(crate) fn withdraw(&self) -> Option<Unsent<M>> {
        self.shared.withdraw(self.ticket).map(|item| message_in(item.unsent()))
    }

    /// Waits until the message is accepted. Returns it if the mailbox closes first.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), SendError<M>>> {
        let outcome = self.shared.poll_ticket(self.ticket, cx);
        outcome.map_err(|unsent| SendError::refused(self.shared.refusal(), message_in(unsent)))
    }

    /// As [`withdraw`](Self::withdraw), for a lease. Returns whether it was withdrawn.
    pub(crate) fn withdraw_lease(&self) -> bool {
        self.shared.withdraw(self.ticket).is_some()
    }

    /// As [`poll`](Self::poll), for a lease.
    pub(crate) fn poll_lease(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Refusal>> {
        let outcome = self.shared.poll_ticket(self.ticket, cx);
        outcome.map_err(|_| self.shared.refusal())
    }
}

impl<M: Message> Drop for WaitForRoom<M> {
    fn drop(&mut self) {
        self.shared.withdraw(self.ticket);
    }
}

/// The message that was refused, where a message was offered.
#[track_caller]
fn message_in<M>(unsent: Option<Unsent<M>>) -> Unsent<M> {
    unsent.expect("a message was offered, not a lease")
}

/// What the sender of a message waits for, once it is sent.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Waits {
    /// For the answer. If a handler does, that is on record already.
    ForAnswer,
    /// Only for room. If a handler does, that is recorded here.
    ForRoom,
}

/// Offers `message` to the mailbox. `Ok(None)` means that it was accepted at once.
pub(crate) fn offer<M: Message>(
    shared: &Arc<Shared<M>>,
    message: M,
    waits: Waits,
    cx: &mut Context<'_>,
) -> Result<Option<WaitForRoom<M>>, SendError<M>> {
    match shared.offer(message, cx.waker()) {
        Offered::Accepted => Ok(None),
        Offered::Refused(unsent) => Err(SendError::refused(shared.refusal(), message_in(unsent))),
        Offered::Waiting(ticket) => wait(shared, ticket, waits),
    }
}

/// Begins to wait for room, unless that would deadlock.
#[cold]
#[inline(never)]
fn wait<M: Message>(
    shared: &Arc<Shared<M>>,
    ticket: u64,
    waits: Waits,
) -> Result<Option<WaitForRoom<M>>, SendError<M>> {
    let waiting = WaitForRoom { shared: shared.clone(), ticket };
    let is_refused = waits == Waits::ForRoom && shared.register_wait(ticket).is_err();
    if is_refused {
        if let Some(item) = shared.withdraw(ticket) {
            return Err(SendError::WouldDeadlock(message_in(item.unsent())));
        }
    }
    reading::waits_for(shared.id());
    Ok(Some(waiting))
}

/// Queues `lease` in the mailbox. `Ok(None)` means that it was accepted at once, `Err` that the
/// mailbox is closed.
pub(crate) fn offer_lease<M: Message>(
    shared: &Arc<Shared<M>>,
    lease: &Arc<Shared<M>>,
    cx: &mut Context<'_>,
) -> Result<Option<WaitForRoom<M>>, Refusal> {
    match shared.offer_lease(lease, cx.waker()) {
        Offered::Accepted => Ok(None),
        Offered::Waiting(ticket) => Ok(Some(WaitForRoom { shared: shared.clone(), ticket })),
        Offered::Refused(_) => Err(shared.refusal()),
    }
}
