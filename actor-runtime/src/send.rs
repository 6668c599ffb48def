//! Putting a message into a mailbox that may be full: what `cast` and `sent` wait for.

use std::{
    fmt,
    future::Future,
    marker::PhantomData,
    mem,
    pin::Pin,
    task::{Context, Poll, ready},
};

use crate::{
    actor::Message,
    answer::Answer,
    current,
    error::SendError,
    mailbox::{Item, Offered, Shared},
    mark::Unmarked,
    sync::Arc,
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

/// Sends without wanting an answer. See [`Call::cast`](crate::Call::cast).
#[must_use = "a cast is not sent until it is awaited"]
pub struct Cast<'a, M: Message> {
    shared: &'a Arc<Shared<M>>,
    stage: CastStage<'a, M>,
}

enum CastStage<'a, M: Message> {
    Unsent(M),
    WaitingForRoom(Place<'a, M>),
    Done,
}

impl<'a, M: Message> Cast<'a, M> {
    pub(crate) fn new(shared: &'a Arc<Shared<M>>, message: M) -> Self {
        Self { shared, stage: CastStage::Unsent(message) }
    }
}

/// Nothing in a cast is pinned.
impl<M: Message> Unpin for Cast<'_, M> {}

impl<M: Message> Future for Cast<'_, M> {
    type Output = Result<(), SendError<M>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match mem::replace(&mut self.stage, CastStage::Done) {
            CastStage::Unsent(message) => match offer(self.shared, message, cx)? {
                None => Poll::Ready(Ok(())),
                Some(place) => {
                    self.stage = CastStage::WaitingForRoom(place);
                    Poll::Pending
                }
            },
            CastStage::WaitingForRoom(mut place) => {
                let outcome = place.poll(cx).map_err(SendError::Closed);
                if outcome.is_pending() {
                    self.stage = CastStage::WaitingForRoom(place);
                }
                outcome
            }
            CastStage::Done => panic!("a cast was polled after it was ready"),
        }
    }
}

impl<M: Message> fmt::Debug for Cast<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cast").field("actor", &M::ACTOR).finish_non_exhaustive()
    }
}

/// Waits for room, and gives the [`Answer`]. See [`Call::sent`](crate::Call::sent).
#[must_use = "a call is not sent until it is awaited"]
pub struct Sent<'a, M: Message, R: 'static, H = Unmarked> {
    cast: Cast<'a, M>,
    answer: Option<Answer<R>>,
    mark: PhantomData<fn() -> H>,
}

impl<'a, M: Message, R, H> Sent<'a, M, R, H> {
    pub(crate) fn new(shared: &'a Arc<Shared<M>>, message: M, answer: Answer<R>) -> Self {
        Self { cast: Cast::new(shared, message), answer: Some(answer), mark: PhantomData }
    }
}

impl<M: Message, R, H> Future for Sent<'_, M, R, H> {
    type Output = Result<Answer<R>, SendError<M>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let outcome = ready!(Pin::new(&mut self.cast).poll(cx));
        let mut answer = self.answer.take().expect("a cast is ready once");
        Poll::Ready(match outcome {
            Ok(()) => Ok(answer),
            Err(error) => {
                answer.not_sent();
                Err(error)
            }
        })
    }
}

impl<M: Message, R, H> fmt::Debug for Sent<'_, M, R, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sent").field("cast", &self.cast).finish_non_exhaustive()
    }
}
