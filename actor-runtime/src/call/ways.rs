//! The ways to send a call, other than to await it.

use std::time::Duration;

use super::{Call, CallState};
use crate::{
    call::{
        answer::Answer,
        cast::{Cast, Sent},
        recipient::Recipient,
        request::Request,
        timeout::Timeout,
    },
    error::{CallError, Method, SendError, TrySendError},
    slot::{self, message::Message, receiver::Receiver, reply::Reply},
    thread::block_on::block_on,
};

impl<'a, M, R, Q, H, S> Call<'a, M, R, Q, H, S>
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
    /// not the sender still exists.
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

/// Builds the message, and the receiver of its answer.
pub(crate) fn message_and_receiver<M: Message, R: 'static>(
    request: impl Request<M, R>,
) -> (M, Receiver<R>, Method) {
    let (reply, receiver) = slot::slot(None);
    let message = request.into_message(reply);
    let method = Method::new(M::ACTOR, message.envelope().method());
    (message, receiver, method)
}
