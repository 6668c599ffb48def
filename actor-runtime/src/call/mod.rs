//! Calls: what a handle's methods return, and every way to send one.
//!
//! A [`Call`] owns the arguments and borrows the handle or owns another. It does nothing until it is polled, cast or
//! sent. What dropping it means depends on its state:
//!
//! | state | dropping the call |
//! |---|---|
//! | not sent | sends nothing |
//! | waiting for room | withdraws the message |
//! | in the mailbox | skips the handler, unless it is marked `run_abandoned` |
//! | handler running | lets the handler finish and drops its answer; a *marked* `async fn` is dropped |
//! | answered | drops the answer; that of a *marked* handler goes where the mark says |
//!
//! A *marked* handler is one with `#[cancel_safe]`.

pub(crate) mod answer;
pub(crate) mod answers;
pub(crate) mod cast;
pub(crate) mod dropped;
pub(crate) mod flatten;
pub(crate) mod lent;
pub(crate) mod mark;
mod ready_list;
pub(crate) mod recipient;
pub(crate) mod request;
pub(crate) mod room;
pub(crate) mod safety;
pub(crate) mod stream;
pub(crate) mod timeout;
mod ways;

use std::{
    fmt,
    future::Future,
    marker::PhantomData,
    pin::Pin,
    task::{Context as TaskContext, Poll, ready},
};

use crate::{
    call::{
        dropped::{DropCheck, Site},
        mark::Unmarked,
        recipient::{Borrowed, Phantom, Recipient},
        request::{InlinePoll, Request, Target},
        room::{WaitForRoom, Waits, offer},
        timeout::{Expire, private},
    },
    error::{CallError, CallErrorKind, Method, SendError, Unsent},
    mailbox::Shared,
    slot::{self, message::Message, receiver::Receiver},
    sync::Arc,
    thread::{reading, ring::Ring},
};

/// A call to a handler, returned by the methods of a handle.
///
/// Nothing is sent until the call is awaited, or sent in another way:
///
/// | to | write |
/// |---|---|
/// | wait for the answer | `call.await` |
/// | use one `?` for a handler that returns a `Result` | `call.flatten().await?` |
/// | wait at most `d` | `call.timeout(d).await` |
/// | send without an answer, and wait for room | `call.cast().await` |
/// | send only if there is room now | `call.try_cast()`, `call.try_call()` |
/// | wait for room, and for the answer later | `call.sent().await` |
/// | send from a `Drop`, even to a full mailbox | `call.cast_now()` |
/// | wait in a task | `tokio::spawn(call.owned())` |
/// | block a thread without a runtime | `call.blocking()`, `call.cast_blocking()` |
///
/// A call borrows the handle and owns its arguments: what the handler borrows, such as a `&str`, is converted
/// when the call is made. [`owned`](Self::owned) returns a call that borrows nothing. If a call ends with an error
/// because its message was not accepted, [`into_message`](Self::into_message) returns the message.
///
/// # Errors
///
/// Awaiting it returns a [`CallError`] if there will be no answer.
///
/// # Cancel safety
///
/// A call of a handler marked `#[cancel_safe]` is cancel safe, and may be a branch of
/// [`select!`](crate::select). Any other call is *not*. What dropping it does depends on its state:
///
/// | state | unmarked handler | handler marked `#[cancel_safe]` |
/// |---|---|---|
/// | not polled | nothing was sent | nothing was sent |
/// | waiting for room | the message is withdrawn and dropped | the message is withdrawn and dropped |
/// | in the mailbox | the handler is skipped, unless it is marked `run_abandoned` | the handler is skipped |
/// | handler running | the handler runs to completion, and its answer is dropped | an `async fn` is dropped at its current `.await`, and the actor continues with the next message |
/// | answered | the answer is dropped | the answer is returned to the actor, if the mark names a method for it |
///
/// To wait for a call in a loop with `select!`, send it once before the loop with [`sent`](Self::sent),
/// and poll the [`Answer`](crate::Answer) by `&mut`. Debug builds report unmarked calls that are dropped after they were
/// sent and before their result was read: see [`on_dropped_call`](crate::on_dropped_call).
///
/// # Examples
///
/// ```
/// # use actor_runtime::{actor, spawn};
/// # #[derive(Default)] struct Counter(u64);
/// # #[actor]
/// # impl Counter {
/// #     /// Adds `amount` and returns the new total.
/// #     pub fn add(&mut self, amount: u64) -> u64 { self.0 += amount; self.0 }
/// # }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let counter = spawn(Counter::default());
/// assert_eq!(counter.add(2).await?, 2);
/// counter.add(3).cast().await?;
/// let answer = counter.add(4).sent().await?;
/// assert_eq!(answer.await?, 9);
/// # Ok(())
/// # }
/// ```
#[must_use = "a call is not sent until it is awaited, cast or sent"]
pub struct Call<'a, M: Message, R: 'static, Q, H = Unmarked, S = Borrowed<'a, M>> {
    recipient: S,
    /// `None` once the message was built.
    request: Option<Q>,
    /// The name of the handler, if it may run inline; empty otherwise.
    method: &'static str,
    /// `None` before the message was built, and after the call has completed.
    state: Option<CallState<M, R>>,
    site: Site,
    mark: Phantom<'a, H>,
}

enum CallState<M: Message, R: 'static> {
    /// The message is withdrawn before the answer is dropped, so that no dropped call is reported.
    WaitingForRoom(WaitForRoom<M>, AwaitedAnswer<R>),
    Sent(AwaitedAnswer<R>),
    NotAccepted(Unsent<M>),
}

/// No field is structurally pinned.
impl<M: Message, R, Q, H, S> Unpin for Call<'_, M, R, Q, H, S> {}

/// The answer of a message that was sent or waits for room.
struct AwaitedAnswer<R: 'static> {
    receiver: Receiver<R>,
    /// The name of the handler.
    name: &'static str,
    drop_check: DropCheck,
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
    fn method<M: Message>(&self) -> Method {
        Method::new(M::ACTOR, self.name)
    }

    #[inline]
    fn poll<M: Message>(&mut self, cx: &mut TaskContext<'_>) -> Poll<Result<R, CallError>> {
        self.receiver.poll(cx).map_err(|failure| failure.of(self.method::<M>()))
    }
}

impl<'a, M: Message, R, F, H> Call<'a, M, R, F, H> {
    /// Replaces the request by another one for the handler `method`.
    #[inline]
    pub(crate) fn with_request<Q>(
        self,
        method: &'static str,
        change: impl FnOnce(F) -> Q,
    ) -> Call<'a, M, R, Q, H> {
        let Self { recipient, request, method: _, state, site, mark } = self;
        Call { recipient, request: request.map(change), method, state, site, mark }
    }
}

impl<'a, M: Message, R, Q: Request<M, R>, H> Call<'a, M, R, Q, H> {
    #[inline]
    pub(crate) fn new(shared: &'a Arc<Shared<M>>, request: Q, site: Site) -> Self {
        let (recipient, request) = (Borrowed(shared), Some(request));
        Self { recipient, request, method: "", state: None, site, mark: PhantomData }
    }
}

impl<M, R, Q, H, S> Call<'_, M, R, Q, H, S>
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

impl<M, R, Q, H, S> Future for Call<'_, M, R, Q, H, S>
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

impl<M: Message, R, Q, H, S> Call<'_, M, R, Q, H, S> {
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

impl<M: Message, R, Q, H, S> fmt::Debug for Call<'_, M, R, Q, H, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match self.state {
            None if self.request.is_some() => "not sent",
            Some(CallState::WaitingForRoom(..)) => "waiting for room",
            Some(CallState::Sent(_)) => "sent",
            Some(CallState::NotAccepted(_)) => "not accepted",
            None => "done",
        };
        f.debug_struct("Call").field("actor", &M::ACTOR).field("state", &state).finish()
    }
}

impl<M: Message, R, Q, H, S> private::Sealed for Call<'_, M, R, Q, H, S> {}

impl<M: Message, R, Q, H, S> Expire for Call<'_, M, R, Q, H, S> {
    fn expire(self) -> Option<(Method, bool)> {
        match self.state {
            Some(CallState::WaitingForRoom(waiting, mut answer)) => {
                answer.drop_check.disarm();
                let withdrawn = waiting.withdraw();
                Some((answer.method::<M>(), withdrawn.is_none()))
            }
            Some(CallState::Sent(mut answer)) => {
                answer.drop_check.disarm();
                Some((answer.method::<M>(), true))
            }
            Some(CallState::NotAccepted(_)) | None => None,
        }
    }
}
