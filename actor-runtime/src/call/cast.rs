//! The futures of [`Call::cast`](crate::Call::cast) and [`Call::sent`](crate::Call::sent), which send a
//! message to a mailbox that may be full and are ready once it is accepted.

use std::{
    future::Future,
    marker::PhantomData,
    mem,
    pin::Pin,
    task::{Context, Poll, ready},
};

use crate::{
    call::{
        answer::Answer,
        dropped::Site,
        mark::Unmarked,
        message_and_receiver,
        recipient::{Borrowed, Phantom, Recipient},
        request::Request,
        room::{WaitForRoom, Waits, offer},
    },
    debug::opaque_debug,
    error::SendError,
    mailbox::Shared,
    slot::{message::Message, reply::Reply},
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
pub struct Cast<'a, M: Message, R: 'static, Q, S = Borrowed<'a, M>> {
    recipient: S,
    state: Sending<M, Q>,
    answer: Phantom<'a, R>,
}

/// A message on its way into a mailbox. It is built when the future is first polled, so that a future that
/// was not polled is as small as its arguments.
pub(crate) enum Sending<M: Message, Q> {
    Unsent(Q),
    WaitingForRoom(WaitForRoom<M>),
    Done,
}

impl<M: Message, Q> Sending<M, Q> {
    /// Sends the message that `build` returns, and is ready once the message is accepted.
    pub(crate) fn poll(
        &mut self,
        shared: &Arc<Shared<M>>,
        cx: &mut Context<'_>,
        build: impl FnOnce(Q) -> M,
    ) -> Poll<Result<(), SendError<M>>> {
        if let Self::WaitingForRoom(waiting) = self {
            let outcome = ready!(waiting.poll(cx));
            *self = Self::Done;
            return Poll::Ready(outcome);
        }
        if let Self::Unsent(_) = self {
            ready!(shared.poll_turn(cx));
        }
        let Self::Unsent(request) = mem::replace(self, Self::Done) else {
            panic!("polled after completion");
        };
        match offer(shared, build(request), Waits::ForRoom, cx)? {
            None => Poll::Ready(Ok(())),
            Some(waiting) => {
                *self = Self::WaitingForRoom(waiting);
                Poll::Pending
            }
        }
    }
}

impl<M: Message, R, Q, S> Cast<'_, M, R, Q, S> {
    pub(crate) fn new(recipient: S, request: Q) -> Self {
        Self { recipient, state: Sending::Unsent(request), answer: PhantomData }
    }
}

/// No field is structurally pinned.
impl<M: Message, R, Q, S> Unpin for Cast<'_, M, R, Q, S> {}

impl<M, R, Q, S> Future for Cast<'_, M, R, Q, S>
where
    M: Message,
    Q: Request<M, R>,
    S: Recipient<M>,
{
    type Output = Result<(), SendError<M>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Self { recipient, state, .. } = &mut *self;
        state.poll(recipient.shared(), cx, |request| request.into_message(Reply::unwanted()))
    }
}

opaque_debug!([M: Message, R, Q, S] Cast<'_, M, R, Q, S>, "Cast", actor = M::ACTOR);

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
pub struct Sent<'a, M: Message, R: 'static, Q, H = Unmarked, S = Borrowed<'a, M>> {
    recipient: S,
    state: Sending<M, Q>,
    /// `None` before the message was built, and after the future has completed.
    answer: Option<Answer<R>>,
    site: Site,
    mark: Phantom<'a, H>,
}

impl<M: Message, R, Q, H, S> Sent<'_, M, R, Q, H, S> {
    pub(crate) fn new(recipient: S, request: Q, site: Site) -> Self {
        let state = Sending::Unsent(request);
        Self { recipient, state, answer: None, site, mark: PhantomData }
    }
}

/// No field is structurally pinned.
impl<M: Message, R, Q, H, S> Unpin for Sent<'_, M, R, Q, H, S> {}

impl<M, R, Q, H, S> Future for Sent<'_, M, R, Q, H, S>
where
    M: Message,
    Q: Request<M, R>,
    S: Recipient<M>,
{
    type Output = Result<Answer<R>, SendError<M>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Self { recipient, state, answer, site, .. } = &mut *self;
        let shared = recipient.shared();
        let outcome = ready!(state.poll(shared, cx, |request| {
            let (message, receiver, method) = message_and_receiver(request);
            *answer = Some(Answer::new(receiver, method, shared.id(), *site));
            message
        }));
        let mut answer = answer.take().expect("the message was sent");
        Poll::Ready(match outcome {
            Ok(()) => Ok(answer),
            Err(error) => {
                answer.disarm();
                Err(error)
            }
        })
    }
}

opaque_debug!([M: Message, R, Q, H, S] Sent<'_, M, R, Q, H, S>, "Sent", actor = M::ACTOR);
