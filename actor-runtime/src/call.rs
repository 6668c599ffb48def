//! Calls: what a handle's methods give, and everything that can be done with it.
//!
//! A [`Call`] owns the arguments and borrows the handle. Until it is polled, cast or sent, nothing
//! has happened. Its stages, and what dropping it means in each:
//!
//! | stage | dropped there |
//! |---|---|
//! | not sent | nothing was sent |
//! | waiting for room | nothing was sent: the message is withdrawn |
//! | in the mailbox | its handler is not begun, unless it is marked `run_abandoned` |
//! | its handler runs | the handler runs to its end, and its answer is dropped |
//! | answered | the answer is dropped |

use std::{
    fmt,
    future::Future,
    mem,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use pin_project_lite::pin_project;

use crate::{
    actor::Message,
    block_on::block_on,
    current::{self, ActorId},
    error::{CallError, Method, SendError, TrySendError},
    mailbox::{Offered, Shared},
    reply::{self, Failure, Receiver, Reply},
    ring::Wait,
    sync::Arc,
};

/// A message that waits for room in the mailbox. Dropping it withdraws the message.
pub(crate) struct Place<'a, M: Message> {
    shared: &'a Arc<Shared<M>>,
    ticket: u64,
}

impl<M: Message> Place<'_, M> {
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), M>> {
        self.shared.poll_ticket(self.ticket, cx)
    }
}

impl<M: Message> Drop for Place<'_, M> {
    fn drop(&mut self) {
        self.shared.withdraw(self.ticket);
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
        Offered::Refused(message) => Err(SendError::Closed(message)),
        Offered::Waiting(ticket) => {
            let place = Place { shared, ticket };
            if current::actor() == Some(shared.id())
                && let Some(message) = shared.withdraw(ticket)
            {
                return Err(SendError::WouldDeadlock(message));
            }
            Ok(Some(place))
        }
    }
}

/// A call that has not been sent: await it, or pick another way to send it.
///
/// | to | write |
/// |---|---|
/// | wait for the answer | `call.await` |
/// | wait no longer than `d` | `call.timeout(d).await` |
/// | send, and wait for room only | `call.cast().await` |
/// | send if there is room now | `call.try_cast()`, `call.try_call()` |
/// | wait for room, then have the answer as a value | `call.sent().await` |
/// | send from a `Drop`, always | `call.cast_now()` |
/// | do these on a thread without a runtime | `call.blocking()`, `call.cast_blocking()` |
///
/// It borrows the handle and allocates nothing. After an error, [`into_message`](Self::into_message)
/// gives a message that was not accepted back.
///
/// # Cancel safety
///
/// Dropping a call whose handler has not begun means that it never does; the arguments are
/// dropped. A handler that has begun runs to its end, and its answer is dropped. So a call is *not*
/// cancel safe: to go on waiting after something else came first, make the call once, outside of
/// the loop, with [`sent`](Self::sent), and poll the [`Answer`] by `&mut`.
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
pub struct Call<'a, M: Message, R: 'static, F> {
    shared: &'a Arc<Shared<M>>,
    stage: Stage<'a, M, R, F>,
}

enum Stage<'a, M: Message, R: 'static, F> {
    Unsent(F),
    WaitingForRoom(Place<'a, M>, Pending<R>),
    Sent(Pending<R>),
    NotAccepted(M),
    Done,
}

/// Nothing in a call is pinned, so a call can be moved between two polls.
impl<M: Message, R, F> Unpin for Call<'_, M, R, F> {}

/// The answer of a message that was sent, or that waits for room.
struct Pending<R: 'static> {
    receiver: Receiver<R>,
    method: Method,
    /// On record while a handler waits.
    _wait: Wait,
}

impl<R> Pending<R> {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<R, CallError>> {
        let method = self.method;
        self.receiver.poll(cx).map_err(|failure| failure.of(method))
    }
}

impl Failure {
    /// The error that says that `method` was left without an answer.
    pub(crate) fn of(self, method: Method) -> CallError {
        match self {
            Self::Stopped => CallError::Stopped { method },
            Self::Unanswered => CallError::Unanswered { method },
            Self::Panicked(message) => CallError::Panicked { method, message },
        }
    }
}

impl<'a, M, R, F> Call<'a, M, R, F>
where
    M: Message,
    F: FnOnce(Reply<R>) -> M,
{
    pub(crate) fn new(shared: &'a Arc<Shared<M>>, message: F) -> Self {
        Self { shared, stage: Stage::Unsent(message) }
    }

    fn into_unsent(self) -> (&'a Arc<Shared<M>>, F) {
        match self.stage {
            Stage::Unsent(message) => (self.shared, message),
            _ => panic!("the call was already polled, so its message is already made"),
        }
    }

    /// Gives up after `duration`: the call ends with [`CallError::TimedOut`] and is dropped.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime with its timer enabled.
    ///
    /// # Cancel safety
    ///
    /// As the call itself.
    pub fn timeout(self, duration: Duration) -> Timeout<Self> {
        Timeout { call: Some(self), after: duration, sleep: tokio::time::sleep(duration) }
    }

    /// Sends without wanting an answer: waits for room only, and the handler runs in any case.
    ///
    /// # Errors
    ///
    /// See [`SendError`]; the message is in it.
    ///
    /// # Panics
    ///
    /// If the call was polled before.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped while the message waits for room, the message is taken back and
    /// dropped. If room was made at that very moment, it was accepted, and its handler runs: to
    /// know which, do not drop the future, or use [`try_cast`](Self::try_cast).
    pub fn cast(self) -> Cast<'a, M> {
        let (shared, message) = self.into_unsent();
        Cast::new(shared, message(Reply::unwanted()))
    }

    /// Sends without wanting an answer, if there is room now.
    ///
    /// # Errors
    ///
    /// See [`TrySendError`]; the message is in it.
    ///
    /// # Panics
    ///
    /// If the call was polled before.
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
    ///     /// Keeps a line.
    ///     pub fn write(&mut self, line: &str) { self.0.push(line.to_owned()) }
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let log = spawn(Log::default());
    /// log.write("one").try_cast().unwrap();
    /// match log.write("two").try_cast() {
    ///     Err(TrySendError::Full(LogMessage::Write { line, .. })) => assert_eq!(line, "two"),
    ///     other => panic!("{other:?}"),
    /// }
    /// # }
    /// ```
    pub fn try_cast(self) -> Result<(), TrySendError<M>> {
        let (shared, message) = self.into_unsent();
        shared.try_offer(message(Reply::unwanted()))
    }

    /// Sends without wanting an answer, at once, full mailbox or not: the way out of a `Drop`.
    ///
    /// The message is accepted as long as the actor lives, also while it shuts down, and comes
    /// before everything that is sent after it. It goes past the mailbox's bound, so use it for
    /// what ends something that was begun within the bound: to give a lease back, to close a
    /// statement.
    ///
    /// # Errors
    ///
    /// [`SendError::Closed`], if the actor handles no more messages.
    ///
    /// # Panics
    ///
    /// If the call was polled before.
    pub fn cast_now(self) -> Result<(), SendError<M>> {
        let (shared, message) = self.into_unsent();
        shared.force(message(Reply::unwanted())).map_err(SendError::Closed)
    }

    /// Sends if there is room now, and gives the answer as a value to await.
    ///
    /// # Errors
    ///
    /// See [`TrySendError`]; the message is in it.
    ///
    /// # Panics
    ///
    /// If the call was polled before.
    pub fn try_call(self) -> Result<Answer<R>, TrySendError<M>> {
        let (shared, message) = self.into_unsent();
        let (reply, receiver) = reply::slot(None);
        let message = message(reply);
        let method = Method::new(M::ACTOR, message.envelope().method());
        shared.try_offer(message)?;
        Ok(Answer::new(receiver, method, shared.id()))
    }

    /// Waits for room and sends; what it gives is the answer, as a value to await, to select on or
    /// to take along into a task. The [`Answer`] borrows nothing.
    ///
    /// # Errors
    ///
    /// See [`SendError`]; the message is in it.
    ///
    /// # Panics
    ///
    /// If the call was polled before.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped while the message waits for room, the message is taken back and
    /// dropped. If room was made at that very moment, this is a call that is dropped: its handler
    /// runs only if it has begun.
    pub fn sent(self) -> Sent<'a, M, R> {
        let (shared, message) = self.into_unsent();
        let (reply, receiver) = reply::slot(None);
        let message = message(reply);
        let method = Method::new(M::ACTOR, message.envelope().method());
        let answer = Answer::new(receiver, method, shared.id());
        Sent { cast: Cast::new(shared, message), answer: Some(answer) }
    }

    /// Waits for the answer on a thread that runs no async code.
    ///
    /// # Errors
    ///
    /// See [`CallError`].
    ///
    /// # Panics
    ///
    /// On a thread that drives a tokio runtime, where waiting would block it.
    pub fn blocking(self) -> Result<R, CallError> {
        block_on(self)
    }

    /// Waits for room on a thread that runs no async code, and sends without wanting an answer.
    ///
    /// # Errors
    ///
    /// See [`SendError`]; the message is in it.
    ///
    /// # Panics
    ///
    /// On a thread that drives a tokio runtime, where waiting would block it; and if the call was
    /// polled before.
    pub fn cast_blocking(self) -> Result<(), SendError<M>> {
        block_on(self.cast())
    }

    /// The message, if it was not sent or not accepted.
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
        match self.stage {
            Stage::Unsent(message) => Some(message(Reply::unwanted())),
            Stage::NotAccepted(message) => Some(message),
            Stage::WaitingForRoom(place, _) => place.shared.withdraw(place.ticket),
            Stage::Sent(_) | Stage::Done => None,
        }
    }

    /// Sends the message, and says what there is to wait for.
    fn send(&mut self, message: F, cx: &mut Context<'_>) -> Result<Stage<'a, M, R, F>, CallError> {
        let (reply, receiver) = reply::slot(Some(cx.waker().clone()));
        let message = message(reply);
        let method = Method::new(M::ACTOR, message.envelope().method());
        let id = self.shared.id();
        let wait = if current::actor() == Some(id) {
            Err(Vec::new())
        } else {
            Wait::begin(id, method, receiver.link())
        };
        let wait = match wait {
            Ok(wait) => wait,
            Err(ring) => {
                self.stage = Stage::NotAccepted(message);
                return Err(CallError::WouldDeadlock { method, ring });
            }
        };
        let pending = Pending { receiver, method, _wait: wait };
        match offer(self.shared, message, cx) {
            Ok(None) => Ok(Stage::Sent(pending)),
            Ok(Some(place)) => Ok(Stage::WaitingForRoom(place, pending)),
            Err(error) => {
                self.stage = Stage::NotAccepted(error.into_message());
                Err(CallError::NotAccepted { method })
            }
        }
    }
}

impl<M, R, F> Future for Call<'_, M, R, F>
where
    M: Message,
    F: FnOnce(Reply<R>) -> M,
{
    type Output = Result<R, CallError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        // The usual second poll, in place: the other stages are moved out to go on to the next.
        if let Stage::Sent(pending) = &mut self.stage {
            let outcome = ready!(pending.poll(cx));
            self.stage = Stage::Done;
            return Poll::Ready(outcome);
        }
        match mem::replace(&mut self.stage, Stage::Done) {
            // The reply slot knows the waker, so there is nothing to poll yet.
            Stage::Unsent(message) => {
                self.stage = self.send(message, cx)?;
                Poll::Pending
            }
            Stage::WaitingForRoom(mut place, mut pending) => match place.poll(cx) {
                Poll::Pending => {
                    self.stage = Stage::WaitingForRoom(place, pending);
                    Poll::Pending
                }
                Poll::Ready(Err(message)) => {
                    self.stage = Stage::NotAccepted(message);
                    Poll::Ready(Err(CallError::NotAccepted { method: pending.method }))
                }
                Poll::Ready(Ok(())) => {
                    let outcome = pending.poll(cx);
                    if outcome.is_pending() {
                        self.stage = Stage::Sent(pending);
                    }
                    outcome
                }
            },
            Stage::Sent(_) | Stage::NotAccepted(_) | Stage::Done => {
                panic!("a call was polled after it was ready")
            }
        }
    }
}

impl<M: Message, R, F> fmt::Debug for Call<'_, M, R, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stage = match self.stage {
            Stage::Unsent(_) => "not sent",
            Stage::WaitingForRoom(..) => "waiting for room",
            Stage::Sent(_) => "sent",
            Stage::NotAccepted(_) => "not accepted",
            Stage::Done => "done",
        };
        f.debug_struct("Call").field("actor", &M::ACTOR).field("stage", &stage).finish()
    }
}

/// The answer of a call that was sent: see [`Call::sent`]. It borrows nothing.
///
/// # Cancel safety
///
/// Polling it by `&mut` and going on later loses nothing. Dropping it is dropping the call: its
/// handler is not begun, and if it has, its answer is dropped.
#[must_use = "futures do nothing unless polled"]
pub struct Answer<R: 'static> {
    receiver: Receiver<R>,
    method: Method,
    actor: ActorId,
    wait: Option<Wait>,
}

impl<R> Answer<R> {
    pub(crate) fn new(receiver: Receiver<R>, method: Method, actor: ActorId) -> Self {
        Self { receiver, method, actor, wait: None }
    }

    /// The handler that answers.
    #[must_use]
    pub fn method(&self) -> Method {
        self.method
    }

    /// Gives up after `duration`. The answer is dropped then.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime with its timer enabled.
    pub fn timeout(self, duration: Duration) -> Timeout<Self> {
        Timeout { call: Some(self), after: duration, sleep: tokio::time::sleep(duration) }
    }

    /// Takes the answer, if it is there.
    ///
    /// # Errors
    ///
    /// Why there is none and will be none. `None` means that there is none yet, or that it was
    /// taken before.
    pub fn try_take(&mut self) -> Option<Result<R, CallError>> {
        let method = self.method;
        Some(self.receiver.try_take()?.map_err(|failure| failure.of(method)))
    }

    /// Waits for the answer on a thread that runs no async code.
    ///
    /// # Errors
    ///
    /// See [`CallError`].
    ///
    /// # Panics
    ///
    /// On a thread that drives a tokio runtime, where waiting would block it.
    pub fn blocking(self) -> Result<R, CallError> {
        block_on(self)
    }

    /// Notes who waits here, or says why nobody should.
    fn begin_to_wait(&mut self) -> Result<(), CallError> {
        let method = self.method;
        if current::actor() == Some(self.actor) {
            return Err(CallError::WouldDeadlock { method, ring: Vec::new() });
        }
        // Somebody else may wait than at the last poll: a later handler, or a task.
        self.wait = None;
        let wait = Wait::begin(self.actor, method, self.receiver.link())
            .map_err(|ring| CallError::WouldDeadlock { method, ring })?;
        self.wait = Some(wait);
        Ok(())
    }
}

impl<R> Future for Answer<R> {
    type Output = Result<R, CallError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let method = self.method;
        let outcome = self.receiver.poll(cx).map_err(|failure| failure.of(method));
        if outcome.is_pending() {
            self.begin_to_wait()?;
        } else {
            self.wait = None;
        }
        outcome
    }
}

impl<R> fmt::Debug for Answer<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer").field("method", &self.method).finish_non_exhaustive()
    }
}

/// Sends without wanting an answer. See [`Call::cast`].
#[must_use = "futures do nothing unless polled"]
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

/// Waits for room, and gives the [`Answer`]. See [`Call::sent`].
#[must_use = "futures do nothing unless polled"]
pub struct Sent<'a, M: Message, R: 'static> {
    cast: Cast<'a, M>,
    answer: Option<Answer<R>>,
}

impl<M: Message, R> Future for Sent<'_, M, R> {
    type Output = Result<Answer<R>, SendError<M>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let outcome = Pin::new(&mut self.cast).poll(cx)?;
        outcome.map(|()| Ok(self.answer.take().expect("a cast is ready once")))
    }
}

impl<M: Message, R> fmt::Debug for Sent<'_, M, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sent").field("cast", &self.cast).finish_non_exhaustive()
    }
}

pin_project! {
    /// Gives up after a while. See [`Call::timeout`].
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct Timeout<C> {
        call: Option<C>,
        after: Duration,
        #[pin]
        sleep: tokio::time::Sleep,
    }
}

/// What can be given up: a call or an answer.
pub trait GiveUp: private::Sealed {
    /// Gives up waiting. Says for which handler, and whether its message had been accepted.
    #[doc(hidden)]
    fn give_up(self) -> Option<(Method, bool)>;
}

mod private {
    /// Only this crate's futures can be given up.
    pub trait Sealed {}
}

impl<M: Message, R, F> private::Sealed for Call<'_, M, R, F> {}
impl<R> private::Sealed for Answer<R> {}

impl<M: Message, R, F> GiveUp for Call<'_, M, R, F> {
    fn give_up(self) -> Option<(Method, bool)> {
        match self.stage {
            Stage::WaitingForRoom(place, pending) => {
                let withdrawn = place.shared.withdraw(place.ticket);
                Some((pending.method, withdrawn.is_none()))
            }
            Stage::Sent(pending) => Some((pending.method, true)),
            Stage::Unsent(_) | Stage::NotAccepted(_) | Stage::Done => None,
        }
    }
}

impl<R> GiveUp for Answer<R> {
    fn give_up(self) -> Option<(Method, bool)> {
        Some((self.method, true))
    }
}

impl<C, R> Future for Timeout<C>
where
    C: Future<Output = Result<R, CallError>> + GiveUp + Unpin,
{
    type Output = Result<R, CallError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let call = this.call.as_mut().expect("a timeout was polled after it was ready");
        if let Poll::Ready(outcome) = Pin::new(call).poll(cx) {
            *this.call = None;
            return Poll::Ready(outcome);
        }
        ready!(this.sleep.poll(cx));
        match this.call.take().and_then(C::give_up) {
            Some((method, accepted)) => {
                Poll::Ready(Err(CallError::TimedOut { method, after: *this.after, accepted }))
            }
            None => unreachable!("a call that is pending has been sent"),
        }
    }
}
