//! The futures of [`Call::cast`](crate::Call::cast) and [`Call::sent`](crate::Call::sent), which send a
//! message to a mailbox that may be full and are ready once it is accepted.

use std::{
    fmt,
    future::Future,
    marker::PhantomData,
    mem,
    pin::Pin,
    task::{Context, Poll, ready},
};

use crate::{
    call::{
        answer::Answer,
        mark::Unmarked,
        room::{WaitForRoom, Waits, offer},
    },
    debug::opaque_debug,
    error::SendError,
    mailbox::Shared,
    slot::message::Message,
    sync::Arc,
};

/// A future that sends a message whose answer is not needed.
///
/// Returned by [`Call::cast`](crate::Call::cast).
///
/// # Errors
///
/// Returns a [`SendError`], which holds the message, if the message was not accepted.
///
/// # Cancel safety
///
/// Not cancel safe: dropping it withdraws a message that waits for room. If the message was already
/// accepted, its handler runs.
#[must_use = "a cast is not sent until it is awaited"]
pub struct Cast<'a, M: Message> {
    shared: &'a Arc<Shared<M>>,
    state: CastState<'a, M>,
}

enum CastState<'a, M: Message> {
    Unsent(M),
    WaitingForRoom(WaitForRoom<'a, M>),
    Done,
}

impl<'a, M: Message> Cast<'a, M> {
    pub(crate) fn new(shared: &'a Arc<Shared<M>>, message: M) -> Self {
        Self { shared, state: CastState::Unsent(message) }
    }
}

/// No field is structurally pinned.
impl<M: Message> Unpin for Cast<'_, M> {}

impl<M: Message> Future for Cast<'_, M> {
    type Output = Result<(), SendError<M>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match mem::replace(&mut self.state, CastState::Done) {
            CastState::Unsent(message) => match offer(self.shared, message, Waits::ForRoom, cx)? {
                None => Poll::Ready(Ok(())),
                Some(waiting) => {
                    self.state = CastState::WaitingForRoom(waiting);
                    Poll::Pending
                }
            },
            CastState::WaitingForRoom(mut waiting) => {
                let outcome = waiting.poll(cx);
                if outcome.is_pending() {
                    self.state = CastState::WaitingForRoom(waiting);
                }
                outcome
            }
            CastState::Done => panic!("`Cast` polled after completion"),
        }
    }
}

opaque_debug!([M: Message] Cast<'_, M>, "Cast", actor = M::ACTOR);

/// A future that sends a call and resolves to its [`Answer`].
///
/// Returned by [`Call::sent`](crate::Call::sent).
///
/// # Errors
///
/// Returns a [`SendError`], which holds the message, if the message was not accepted.
///
/// # Cancel safety
///
/// Dropping it withdraws a message that waits for room. If the message was already accepted, dropping
/// it is dropping the call: cancel safe only if the handler is marked `#[cancel_safe]`.
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
        let mut answer = self.answer.take().expect("`Sent` polled after completion");
        Poll::Ready(match outcome {
            Ok(()) => Ok(answer),
            Err(error) => {
                answer.disarm();
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
