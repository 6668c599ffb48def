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
    call::{
        answer::Answer,
        mark::Unmarked,
        room::{Place, offer},
    },
    debug::opaque_debug,
    error::SendError,
    mailbox::Shared,
    slot::message::Message,
    sync::Arc,
};

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

opaque_debug!([M: Message] Cast<'_, M>, "Cast", actor = M::ACTOR);

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
