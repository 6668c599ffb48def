//! How a call is polled: inline, or by way of the mailbox.

use std::{
    future::Future,
    pin::Pin,
    task::{Context as TaskContext, Poll, ready},
};

use super::Call;
use crate::{
    call::{
        dropped::DropCheck,
        recipient::Recipient,
        request::{InlinePoll, Request, Target},
        room::{WaitForRoom, Waits, offer},
    },
    error::{CallError, CallErrorKind, Method, SendError, Unsent},
    slot::{self, message::Message, receiver::Receiver},
    thread::{reading, ring::Ring},
};

/// A call whose message was built.
pub(super) enum CallState<M: Message, R: 'static> {
    /// The message is withdrawn before the answer is dropped, so that no dropped call is reported.
    WaitingForRoom(WaitForRoom<M>, AwaitedAnswer<R>),
    Sent(AwaitedAnswer<R>),
    NotAccepted(Unsent<M>),
}

/// The answer of a message that was sent or waits for room.
pub(super) struct AwaitedAnswer<R: 'static> {
    receiver: Receiver<R>,
    /// The name of the handler.
    name: &'static str,
    pub(super) drop_check: DropCheck,
}

#[cfg(all(debug_assertions, not(shuttle)))]
impl<R> Drop for AwaitedAnswer<R> {
    fn drop(&mut self) {
        if self.receiver.is_open() {
            self.drop_check.report();
        }
    }
}

impl<R> AwaitedAnswer<R> {
    pub(super) fn method<M: Message>(&self) -> Method {
        Method::new(M::ACTOR, self.name)
    }

    #[inline]
    fn poll<M: Message>(&mut self, cx: &mut TaskContext<'_>) -> Poll<Result<R, CallError>> {
        self.receiver.poll(cx).map_err(|failure| failure.of(self.method::<M>()))
    }
}

impl<M, R, Q, H, S> Call<'_, R, M, Q, H, S>
where
    M: Message,
    Q: Request<M, R>,
    S: Recipient<M>,
{
    /// Polls the call through the mailbox: sends the message, then waits for room and for the answer.
    #[inline(never)]
    fn poll_sent(&mut self, cx: &mut TaskContext<'_>) -> Poll<Result<R, CallError>> {
        if self.request.is_some() {
            // The slot has the waker already, so there is nothing to poll yet.
            self.send(cx)?;
            return Poll::Pending;
        }
        // The usual second poll works in place. Other states are moved out of `self` to be replaced.
        if let Some(CallState::Sent(answer)) = &mut self.state {
            let outcome = ready!(answer.poll::<M>(cx));
            self.state = None;
            return Poll::Ready(outcome);
        }
        self.poll_room(cx)
    }

    /// Keeps a message that is not sent because that would deadlock, and returns the error.
    #[cold]
    #[inline(never)]
    fn refuse(&mut self, message: M, method: Method, ring: Ring) -> CallError {
        self.state = Some(CallState::NotAccepted(Unsent::message(method, message)));
        CallError::new(method, CallErrorKind::WouldDeadlock { accepted: false, ring })
    }

    /// Builds the message and offers it to the mailbox.
    fn send(&mut self, cx: &mut TaskContext<'_>) -> Result<(), CallError> {
        let Some(request) = self.request.take() else {
            return Ok(());
        };
        let (reply, receiver) = slot::slot(Some(cx.waker().clone()));
        let message = request.into_message(reply);
        let method = Method::new(M::ACTOR, message.envelope().method());
        if let Err(ring) = receiver.link().begin(self.recipient.shared().id(), method) {
            return Err(self.refuse(message, method, ring));
        }
        reading::waits_for(self.recipient.shared().id());
        let drop_check = self.site.drop_check(method);
        let mut answer = AwaitedAnswer { receiver, name: method.name(), drop_check };
        self.state = match offer(self.recipient.shared(), message, Waits::ForAnswer, cx) {
            Ok(None) => Some(CallState::Sent(answer)),
            Ok(Some(waiting)) => Some(CallState::WaitingForRoom(waiting, answer)),
            Err(error) => {
                answer.drop_check.disarm();
                return Err(self.not_accepted(error));
            }
        };
        Ok(())
    }
}

impl<M, R, Q, H, S> Future for Call<'_, R, M, Q, H, S>
where
    M: Message,
    Q: Request<M, R>,
    S: Recipient<M>,
{
    type Output = Result<R, CallError>;

    // `always`, so that an answer is returned in registers. The body is two calls.
    #[inline(always)]
    fn poll(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        let target = Target { shared: this.recipient.shared(), method: &this.method };
        match Q::poll_inline(target, cx, &mut this.request) {
            InlinePoll::Polled(outcome) => outcome,
            InlinePoll::NotIdle => this.poll_sent(cx),
        }
    }
}

impl<M: Message, R, Q, H, S> Call<'_, R, M, Q, H, S> {
    /// Keeps a message that was not accepted, and returns the error of the call.
    #[cold]
    #[inline(never)]
    fn not_accepted(&mut self, error: SendError<M>) -> CallError {
        let call_error = error.as_call_error();
        self.state = Some(CallState::NotAccepted(error.into_unsent()));
        call_error
    }

    /// Waits for room, and then for the answer.
    fn poll_room(&mut self, cx: &mut TaskContext<'_>) -> Poll<Result<R, CallError>> {
        match self.state.take() {
            Some(CallState::WaitingForRoom(mut waiting, mut answer)) => match waiting.poll(cx) {
                Poll::Pending => {
                    self.state = Some(CallState::WaitingForRoom(waiting, answer));
                    Poll::Pending
                }
                Poll::Ready(Err(error)) => {
                    answer.drop_check.disarm();
                    Poll::Ready(Err(self.not_accepted(error)))
                }
                Poll::Ready(Ok(())) => {
                    let outcome = answer.poll::<M>(cx);
                    if outcome.is_pending() {
                        self.state = Some(CallState::Sent(answer));
                    }
                    outcome
                }
            },
            Some(CallState::Sent(_) | CallState::NotAccepted(_)) | None => {
                panic!("`Call` polled after completion")
            }
        }
    }
}
