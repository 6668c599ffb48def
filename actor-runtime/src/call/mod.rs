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
mod polling;
mod ready_list;
pub(crate) mod recipient;
pub(crate) mod request;
pub(crate) mod room;
pub(crate) mod safety;
pub(crate) mod stream;
pub(crate) mod timeout;

use std::{
    fmt,
    marker::PhantomData,
    task::{Context, Poll},
    time::Duration,
};

use self::polling::CallState;
use crate::{
    call::{
        answer::Answer,
        cast::{Cast, Sent},
        dropped::Site,
        mark::Unmarked,
        recipient::{Borrowed, Phantom, Recipient},
        request::{InlinePoll::Polled, Request, Target},
        timeout::{Expire, Timeout, private},
    },
    error::{CallError, Method, SendError, TrySendError},
    mailbox::Shared,
    slot::{self, message::Message, receiver::Receiver, reply::Reply},
    sync::Arc,
    thread::block_on::block_on,
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
pub struct Call<'a, R: 'static, M: Message, Q, H = Unmarked, S = Borrowed<'a, M>> {
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

/// No field is structurally pinned.
impl<M: Message, R, Q, H, S> Unpin for Call<'_, R, M, Q, H, S> {}

impl<'a, M: Message, R, F, H> Call<'a, R, M, F, H> {
    /// Replaces the request by another one for the handler `method`.
    #[inline]
    pub(crate) fn with_request<Q>(
        self,
        method: &'static str,
        change: impl FnOnce(F) -> Q,
    ) -> Call<'a, R, M, Q, H> {
        let Self { recipient, request, method: _, state, site, mark } = self;
        Call { recipient, request: request.map(change), method, state, site, mark }
    }
}

impl<'a, M: Message, R, Q: Request<M, R>, H> Call<'a, R, M, Q, H> {
    #[inline]
    pub(crate) fn new(shared: &'a Arc<Shared<M>>, request: Q, site: Site) -> Self {
        let (recipient, request) = (Borrowed(shared), Some(request));
        Self { recipient, request, method: "", state: None, site, mark: PhantomData }
    }
}

impl<'a, M, R, Q, H, S> Call<'a, R, M, Q, H, S>
where
    M: Message,
    Q: Request<M, R>,
    S: Recipient<M>,
{
    fn into_request(self) -> (S, Q) {
        let request = self.request;
        (
            self.recipient,
            request.expect("the call was already polled, so its message is already built"),
        )
    }

    /// Limits the wait to `duration`, which begins with the first poll.
    ///
    /// When it elapses, the call is dropped and the result is
    /// [`CallErrorKind::TimedOut`](crate::CallErrorKind::TimedOut).
    ///
    /// # Panics
    ///
    /// The returned future panics if it is polled outside of a tokio runtime with its timer enabled.
    /// On a thread without a runtime, use [`Timeout::blocking`].
    ///
    /// # Cancel safety
    ///
    /// As cancel safe as the call itself.
    pub fn timeout(self, duration: Duration) -> Timeout<Self> {
        Timeout::new(self, duration)
    }

    /// Sends the message without asking for an answer.
    ///
    /// The returned future is ready once the message is accepted. From then on, the handler runs whether or
    /// not the sender still exists. A cast takes a unit of the task's [budget](tokio::task::coop), so a task that
    /// casts without ever waiting lets other tasks run.
    ///
    /// # Errors
    ///
    /// Returns a [`SendError`], which holds the message, if the message was not accepted.
    ///
    /// # Panics
    ///
    /// Panics if the call was already polled.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future while the message waits for its turn or for room withdraws and drops the message. If the
    /// message was accepted before that, its handler runs, and the two cases cannot be told apart. If the
    /// difference matters, use [`try_cast`](Self::try_cast).
    pub fn cast(self) -> Cast<'a, M, R, Q, S> {
        let (recipient, request) = self.into_request();
        Cast::new(recipient, request)
    }

    /// Sends the message without asking for an answer, if there is room now.
    ///
    /// # Errors
    ///
    /// Returns a [`TrySendError`], which holds the message, if the mailbox is full or closed.
    ///
    /// # Panics
    ///
    /// Panics if the call was already polled.
    ///
    /// # Examples
    ///
    /// ```
    /// # use actor_runtime::{actor, spawn};
    /// use actor_runtime::TrySendError;
    ///
    /// # #[derive(Default)] struct Log(Vec<String>);
    /// #[actor(mailbox = 1)]
    /// impl Log {
    ///     /// Appends a line.
    ///     pub fn write(&mut self, line: &str) { self.0.push(line.to_owned()) }
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let log = spawn(Log::default());
    /// log.write("one").try_cast().unwrap();
    /// match log.write("two").try_cast() {
    ///     Err(TrySendError::Full(unsent)) => {
    ///         let LogMessage::Write { line, .. } = unsent.into_inner();
    ///         assert_eq!(line, "two");
    ///     }
    ///     other => panic!("{other:?}"),
    /// }
    /// # }
    /// ```
    pub fn try_cast(self) -> Result<(), TrySendError<M>> {
        let (recipient, request) = self.into_request();
        recipient.shared().try_offer(request.into_message(Reply::unwanted()))
    }

    /// Sends the message without asking for an answer, even if the mailbox is full.
    ///
    /// Meant for `Drop` implementations, which cannot wait. The message is accepted as long as the actor
    /// handles messages, also during a shutdown, and comes before everything that is sent after it. A
    /// shutdown ends when the mailbox is empty, so senders that never stop would delay it forever. As
    /// `cast_now` ignores the capacity of the mailbox, use it only to end what was begun by an ordinary
    /// call, such as to close a statement.
    ///
    /// # Errors
    ///
    /// Returns [`SendError::Closed`], which holds the message, if the actor handles no more messages, or
    /// if its mailbox is closed and one of its own handlers or hooks sends.
    ///
    /// # Panics
    ///
    /// Panics if the call was already polled.
    pub fn cast_now(self) -> Result<(), SendError<M>> {
        let (recipient, request) = self.into_request();
        let shared = recipient.shared();
        let outcome = shared.force(request.into_message(Reply::unwanted()));
        outcome.map_err(|message| SendError::refused(shared.refusal(), message))
    }

    /// Sends the message if there is room now, and returns its [`Answer`].
    ///
    /// # Errors
    ///
    /// Returns a [`TrySendError`], which holds the message, if the mailbox is full or closed.
    ///
    /// # Panics
    ///
    /// Panics if the call was already polled.
    pub fn try_call(self) -> Result<Answer<R>, TrySendError<M>> {
        let site = self.site;
        let (recipient, request) = self.into_request();
        let (message, receiver, method) = message_and_receiver(request);
        let shared = recipient.shared();
        shared.try_offer(message)?;
        Ok(Answer::new(receiver, method, shared.id(), site))
    }

    /// Like [`try_call`](Self::try_call), but the handler of an idle actor runs at once, as when the call is awaited.
    ///
    /// So it may run code of the actor, on this thread and before it returns. Use it to pass many calls on without a
    /// switch to the actor's task for each.
    ///
    /// # Errors
    ///
    /// Returns a [`TrySendError`], which holds the message, if the mailbox is full or closed.
    ///
    /// # Panics
    ///
    /// Panics if the call was already polled.
    pub fn poll_try_call(mut self, cx: &mut Context<'_>) -> Result<Answer<R>, TrySendError<M>> {
        let shared = self.recipient.shared();
        let target = Target { shared, method: &self.method };
        let Polled(Poll::Ready(outcome)) = Q::poll_inline(target, cx, &mut self.request) else {
            return self.try_call();
        };
        let (reply, receiver) = slot::slot(None);
        match outcome {
            Ok(answer) => reply.send(answer),
            Err(error) => reply.fail(error.into()),
        }
        let method = Method::new(M::ACTOR, self.method);
        Ok(Answer::arrived(receiver, method, shared.id(), self.site))
    }

    /// Sends the message, waiting for room, and resolves to its [`Answer`].
    ///
    /// The [`Answer`] is a future that borrows nothing: await it later, poll it in a `select!`, or move it
    /// into a task.
    ///
    /// # Errors
    ///
    /// Returns a [`SendError`], which holds the message, if the message was not accepted.
    ///
    /// # Panics
    ///
    /// Panics if the call was already polled.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future while the message waits for room withdraws and drops the message. If the
    /// message was accepted before that, dropping the future is dropping the call. Cancel safe if the
    /// handler is marked `#[cancel_safe]`.
    pub fn sent(self) -> Sent<'a, M, R, Q, H, S> {
        let site = self.site;
        let (recipient, request) = self.into_request();
        Sent::new(recipient, request, site)
    }

    /// Blocks the current thread until the answer arrives.
    ///
    /// # Errors
    ///
    /// Returns a [`CallError`] if there will be no answer.
    ///
    /// # Panics
    ///
    /// Panics on a thread that drives a tokio runtime, which it would block.
    pub fn blocking(self) -> Result<R, CallError> {
        block_on(self)
    }

    /// Sends the message without asking for an answer, and blocks the current thread while the mailbox is
    /// full.
    ///
    /// # Errors
    ///
    /// Returns a [`SendError`], which holds the message, if the message was not accepted.
    ///
    /// # Panics
    ///
    /// Panics on a thread that drives a tokio runtime, which it would block, and if the call was already
    /// polled.
    pub fn cast_blocking(self) -> Result<(), SendError<M>> {
        block_on(self.cast())
    }

    /// Returns the message, if it was not accepted.
    ///
    /// A message that was not sent yet is built for this, and one that waits for room is withdrawn. Returns
    /// `None` if the message was accepted, or handled inline.
    ///
    /// # Examples
    ///
    /// ```
    /// # use actor_runtime::{ActorHandle, actor, spawn};
    /// # #[derive(Default)] struct Counter(u64);
    /// # #[actor]
    /// # impl Counter {
    /// #     /// Adds `amount` and returns the new total.
    /// #     pub fn add(&mut self, amount: u64) -> u64 { self.0 += amount; self.0 }
    /// # }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let counter = spawn(Counter::default());
    /// counter.shutdown().await;
    /// let mut call = counter.add(7);
    /// assert!((&mut call).await.is_err());
    /// assert!(matches!(call.into_message(), Some(CounterMessage::Add { amount: 7, .. })));
    /// # }
    /// ```
    pub fn into_message(self) -> Option<M> {
        match self.state {
            Some(CallState::NotAccepted(message)) => Some(message.into_inner()),
            Some(CallState::WaitingForRoom(waiting, mut answer)) => {
                let message = waiting.withdraw()?;
                answer.drop_check.disarm();
                Some(message.into_inner())
            }
            Some(CallState::Sent(_)) => None,
            None => self.request.map(|request| request.into_message(Reply::unwanted())),
        }
    }
}

impl<M: Message, R, Q, H, S> fmt::Debug for Call<'_, R, M, Q, H, S> {
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

impl<M: Message, R, Q, H, S> private::Sealed for Call<'_, R, M, Q, H, S> {}

impl<M: Message, R, Q, H, S> Expire for Call<'_, R, M, Q, H, S> {
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

/// Builds the message, and the receiver of its answer.
pub(crate) fn message_and_receiver<M: Message, R: 'static>(
    request: impl Request<M, R>,
) -> (M, Receiver<R>, Method) {
    let (reply, receiver) = slot::slot(None);
    let message = request.into_message(reply);
    let method = Method::new(M::ACTOR, message.envelope().method());
    (message, receiver, method)
}
