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
//! | its handler runs | the handler runs to its end, and its answer is dropped; a marked `async fn` is dropped |
//! | answered | the answer is dropped; of a marked handler it goes where that says |
//!
//! *Marked* is a handler with `#[cancel_safe]`.

pub(crate) mod answer;
pub(crate) mod cast;
pub(crate) mod dropped;
pub(crate) mod mark;
pub(crate) mod request;
pub(crate) mod room;
pub(crate) mod safety;
pub(crate) mod stream;
pub(crate) mod timeout;

use std::{
    fmt,
    future::Future,
    marker::PhantomData,
    pin::Pin,
    task::{Context as TaskContext, Poll, ready},
    time::Duration,
};

use crate::{
    call::{
        answer::Answer,
        cast::{Cast, Sent},
        dropped::{Site, Watch},
        mark::Unmarked,
        request::{Called, Request, Target},
        room::{Place, offer},
        timeout::{GiveUp, Timeout, private},
    },
    error::{CallError, CallErrorKind, Method, SendError, TrySendError},
    mailbox::Shared,
    slot as reply,
    slot::{message::Message, receiver::Receiver, reply::Reply},
    sync::Arc,
    thread::{block_on::block_on, current, ring::Wait},
};

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
/// What dropping it means depends on how far it has come:
///
/// | dropped while it | a handler without a mark | a handler marked `#[cancel_safe]` |
/// |---|---|---|
/// | was not polled | nothing was sent | nothing was sent |
/// | waits for room | nothing was sent; the arguments are dropped | the same |
/// | is in the mailbox | its handler is not begun; `run_abandoned` begins it | its handler is not begun |
/// | executes | the handler runs to its end, and its answer is dropped | an `async fn` is dropped where it waits, and the actor goes on with the next message |
/// | is answered | the answer is dropped | the answer comes back to the actor, if the mark names a method for it |
///
/// So a call of a marked handler ([`Marked`](crate::Marked)) is cancel safe, and may be a branch of
/// [`select!`](crate::select). Any other is *not*: to go on waiting after something else came first,
/// make the call once, outside of the loop, with [`sent`](Self::sent), and poll the [`Answer`] by
/// `&mut`. In debug builds, dropping one half way is reported: see
/// [`on_dropped_call`](crate::on_dropped_call).
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
pub struct Call<'a, M: Message, R: 'static, Q, H = Unmarked> {
    shared: &'a Arc<Shared<M>>,
    /// There until the message is made.
    request: Option<Q>,
    /// Its handler's name, if that may run right here.
    method: &'static str,
    /// None while there is nothing to wait for: the message is not made yet, or all is over.
    stage: Option<Stage<'a, M, R>>,
    site: Site,
    mark: PhantomData<fn() -> H>,
}

enum Stage<'a, M: Message, R: 'static> {
    WaitingForRoom(Place<'a, M>, Pending<R>),
    Sent(Pending<R>),
    NotAccepted(M),
}

/// Nothing in a call is pinned, so a call can be moved between two polls.
impl<M: Message, R, Q, H> Unpin for Call<'_, M, R, Q, H> {}

/// The answer of a message that was sent, or that waits for room.
struct Pending<R: 'static> {
    receiver: Receiver<R>,
    /// The handler's name.
    name: &'static str,
    /// On record while a handler waits.
    _wait: Wait,
    watch: Watch,
}

#[cfg(all(debug_assertions, not(shuttle)))]
impl<R> Drop for Pending<R> {
    fn drop(&mut self) {
        if self.receiver.is_open() {
            self.watch.report();
        }
    }
}

impl<R> Pending<R> {
    fn method<M: Message>(&self) -> Method {
        Method::new(M::ACTOR, self.name)
    }

    #[inline]
    fn poll<M: Message>(&mut self, cx: &mut TaskContext<'_>) -> Poll<Result<R, CallError>> {
        self.receiver.poll(cx).map_err(|failure| failure.of(self.method::<M>()))
    }
}

impl<'a, M: Message, R, F, H> Call<'a, M, R, F, H> {
    /// The same call with another request, of the handler `method`.
    #[inline]
    pub(crate) fn with_request<Q>(
        self,
        method: &'static str,
        change: impl FnOnce(F) -> Q,
    ) -> Call<'a, M, R, Q, H> {
        let Self { shared, request, method: _, stage, site, mark } = self;
        Call { shared, request: request.map(change), method, stage, site, mark }
    }
}

impl<'a, M: Message, R, Q: Request<M, R>, H> Call<'a, M, R, Q, H> {
    #[inline]
    pub(crate) fn new(shared: &'a Arc<Shared<M>>, request: Q, site: Site) -> Self {
        let request = Some(request);
        Self { shared, request, method: "", stage: None, site, mark: PhantomData }
    }

    /// The mailbox, and the message of a call that nobody waits for.
    fn into_unwanted(self) -> (&'a Arc<Shared<M>>, M) {
        let (shared, request) = self.into_unsent();
        (shared, request.into_message(Reply::unwanted()))
    }

    fn into_unsent(self) -> (&'a Arc<Shared<M>>, Q) {
        match self.request {
            Some(request) => (self.shared, request),
            None => panic!("the call was already polled, so its message is already made"),
        }
    }

    /// Gives up after `duration`: the call ends with [`CallErrorKind::TimedOut`] and is dropped.
    ///
    /// # Panics
    ///
    /// If it is awaited outside of a tokio runtime with its timer enabled. A plain thread uses
    /// [`Timeout::blocking`].
    ///
    /// # Cancel safety
    ///
    /// As the call itself.
    pub fn timeout(self, duration: Duration) -> Timeout<Self> {
        Timeout::new(self, duration)
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
        let (shared, message) = self.into_unwanted();
        Cast::new(shared, message)
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
        let (shared, message) = self.into_unwanted();
        shared.try_offer(message)
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
        let (shared, message) = self.into_unwanted();
        shared.force(message).map_err(SendError::Closed)
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
        let site = self.site;
        let (shared, request) = self.into_unsent();
        let (reply, receiver) = reply::slot(None);
        let message = request.into_message(reply);
        let method = Method::new(M::ACTOR, message.envelope().method());
        shared.try_offer(message)?;
        Ok(Answer::new(receiver, method, shared.id(), site))
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
    /// runs only if it has begun. With a marked handler this is cancel safe, as the call itself.
    pub fn sent(self) -> Sent<'a, M, R, H> {
        let site = self.site;
        let (shared, request) = self.into_unsent();
        let (reply, receiver) = reply::slot(None);
        let message = request.into_message(reply);
        let method = Method::new(M::ACTOR, message.envelope().method());
        let answer = Answer::new(receiver, method, shared.id(), site);
        Sent::new(shared, message, answer)
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
            Some(Stage::NotAccepted(message)) => Some(message),
            Some(Stage::WaitingForRoom(place, mut pending)) => {
                let message = place.withdraw()?;
                pending.watch.end();
                Some(message)
            }
            Some(Stage::Sent(_)) => None,
            None => self.request.map(|request| request.into_message(Reply::unwanted())),
        }
    }

    /// Sends the message if it is not sent yet, and waits for room and for the answer.
    #[inline(never)]
    fn poll_sent(&mut self, cx: &mut TaskContext<'_>) -> Poll<Result<R, CallError>> {
        if self.request.is_some() {
            // The reply slot knows the waker, so there is nothing to poll yet.
            self.send(cx)?;
            return Poll::Pending;
        }
        // The usual second poll, in place: the other stages are moved out to go on to the next.
        if let Some(Stage::Sent(pending)) = &mut self.stage {
            let outcome = ready!(pending.poll::<M>(cx));
            self.stage = None;
            return Poll::Ready(outcome);
        }
        self.poll_room(cx)
    }

    /// Sends the message, and goes on to the stage in which there is something to wait for.
    fn send(&mut self, cx: &mut TaskContext<'_>) -> Result<(), CallError> {
        let Some(request) = self.request.take() else {
            return Ok(());
        };
        let (reply, receiver) = reply::slot(Some(cx.waker().clone()));
        let message = request.into_message(reply);
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
                self.stage = Some(Stage::NotAccepted(message));
                return Err(CallError::new(method, CallErrorKind::WouldDeadlock { ring }));
            }
        };
        let mut pending =
            Pending { receiver, name: method.name(), _wait: wait, watch: self.site.watch(method) };
        self.stage = match offer(self.shared, message, cx) {
            Ok(None) => Some(Stage::Sent(pending)),
            Ok(Some(place)) => Some(Stage::WaitingForRoom(place, pending)),
            Err(error) => {
                pending.watch.end();
                self.stage = Some(Stage::NotAccepted(error.into_inner()));
                return Err(CallError::new(method, CallErrorKind::Closed));
            }
        };
        Ok(())
    }
}

impl<M: Message, R, Q: Request<M, R>, H> Future for Call<'_, M, R, Q, H> {
    type Output = Result<R, CallError>;

    // Always, so that an answer comes in registers. It does no more than call.
    #[inline(always)]
    fn poll(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        let target = Target { shared: this.shared, method: &this.method };
        match Q::poll_here(target, cx, &mut this.request) {
            Called::Here(outcome) => outcome,
            Called::Nobody => this.poll_sent(cx),
        }
    }
}

impl<M: Message, R, Q, H> Call<'_, M, R, Q, H> {
    /// Goes on to wait for the answer, once there is room for the message.
    fn poll_room(&mut self, cx: &mut TaskContext<'_>) -> Poll<Result<R, CallError>> {
        match self.stage.take() {
            Some(Stage::WaitingForRoom(mut place, mut pending)) => match place.poll(cx) {
                Poll::Pending => {
                    self.stage = Some(Stage::WaitingForRoom(place, pending));
                    Poll::Pending
                }
                Poll::Ready(Err(message)) => {
                    pending.watch.end();
                    self.stage = Some(Stage::NotAccepted(message));
                    Poll::Ready(Err(CallError::new(pending.method::<M>(), CallErrorKind::Closed)))
                }
                Poll::Ready(Ok(())) => {
                    let outcome = pending.poll::<M>(cx);
                    if outcome.is_pending() {
                        self.stage = Some(Stage::Sent(pending));
                    }
                    outcome
                }
            },
            Some(Stage::Sent(_) | Stage::NotAccepted(_)) | None => {
                panic!("a call was polled after it was ready")
            }
        }
    }
}

impl<M: Message, R, Q, H> fmt::Debug for Call<'_, M, R, Q, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stage = match self.stage {
            None if self.request.is_some() => "not sent",
            Some(Stage::WaitingForRoom(..)) => "waiting for room",
            Some(Stage::Sent(_)) => "sent",
            Some(Stage::NotAccepted(_)) => "not accepted",
            None => "done",
        };
        f.debug_struct("Call").field("actor", &M::ACTOR).field("stage", &stage).finish()
    }
}

impl<M: Message, R, Q, H> private::Sealed for Call<'_, M, R, Q, H> {}

impl<M: Message, R, Q, H> GiveUp for Call<'_, M, R, Q, H> {
    fn give_up(self) -> Option<(Method, bool)> {
        match self.stage {
            Some(Stage::WaitingForRoom(place, mut pending)) => {
                pending.watch.end();
                let withdrawn = place.withdraw();
                Some((pending.method::<M>(), withdrawn.is_none()))
            }
            Some(Stage::Sent(mut pending)) => {
                pending.watch.end();
                Some((pending.method::<M>(), true))
            }
            Some(Stage::NotAccepted(_)) | None => None,
        }
    }
}
