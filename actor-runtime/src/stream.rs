//! Streamed answers: many values for one message, with the reader holding the handler back.
//!
//! Invariants, as in [`reply`](crate::reply): a stream ends once, with success or with the reason
//! why there is no more; a [`Replies`] that is dropped ends its stream; values and wakers of the
//! user are dropped and woken with the lock released.

use std::{
    collections::VecDeque,
    fmt,
    future::{Future, poll_fn},
    mem,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, Waker},
};

use futures_core::Stream;

use crate::{
    actor::Message,
    block_on::block_on,
    catch::wake,
    current::{self, ActorId, Dropped},
    error::{CallError, Method, SendError},
    mailbox::Shared,
    reply::{Failure, Fallible, PendingReply, private},
    send::{self, Cast, Place},
    sync::{Arc, Mutex, bug, gap, lock},
};

/// How many values a stream holds before it holds the handler back, unless its caller says
/// otherwise with [`StreamCall::buffer`].
const BUFFER: usize = 16;

struct Flow<T> {
    values: VecDeque<T>,
    capacity: usize,
    /// How it ended, if it has.
    end: Option<Result<(), Failure>>,
    reader_is_gone: bool,
    reader: Option<Waker>,
    writer: Option<Waker>,
}

struct Channel<T>(Mutex<Flow<T>>);

impl<T> Channel<T> {
    fn finish(&self, end: Result<(), Failure>) {
        let mut flow = lock(&self.0);
        if flow.end.is_some() {
            return;
        }
        flow.end = Some(end);
        let reader = flow.reader.take();
        drop(flow);
        reader.into_iter().for_each(wake);
    }

    fn reader_is_gone(&self) -> bool {
        lock(&self.0).reader_is_gone
    }
}

impl<T> Fallible for Arc<Channel<T>> {
    fn fail(&self, failure: Failure) {
        self.finish(Err(failure));
    }

    fn address(&self) -> usize {
        Arc::as_ptr(self).addr()
    }
}

/// The stream of answers a handler owes its caller: take it as a parameter.
///
/// The handle's method then gives a stream. Dropping the `Replies` ends the stream in good order;
/// an actor that panics or stops in the middle ends it with an error.
///
/// # Examples
///
/// ```
/// use actor_runtime::{Replies, actor, spawn};
///
/// struct Words(Vec<String>);
///
/// #[actor]
/// impl Words {
///     /// All words, one by one.
///     pub async fn list(&self, mut words: Replies<String>) {
///         for word in &self.0 {
///             if words.send(word.clone()).await.is_err() {
///                 break; // Nobody reads on.
///             }
///         }
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let words = spawn(Words(vec!["to".into(), "be".into()]));
/// let mut list = words.list();
/// assert_eq!(list.next().await.transpose()?.as_deref(), Some("to"));
/// assert_eq!(list.next().await.transpose()?.as_deref(), Some("be"));
/// assert!(list.next().await.is_none());
/// # Ok(())
/// # }
/// ```
pub struct Replies<T: 'static>(Arc<Channel<T>>);

impl<T> Replies<T> {
    /// Sends one value, and waits for room first: a slow reader holds the handler back.
    ///
    /// # Errors
    ///
    /// The value, if nobody reads on.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped before it is ready, the value was not sent, and is dropped.
    pub fn send(&mut self, value: T) -> impl Future<Output = Result<(), T>> {
        let mut value = Some(value);
        poll_fn(move |cx| {
            let mut flow = lock(&self.0.0);
            if !flow.reader_is_gone && flow.values.len() >= flow.capacity {
                flow = gap("a writer waits later than it looked", flow, &self.0.0);
                let stale = flow.writer.replace(cx.waker().clone());
                drop(flow);
                drop(stale);
                return Poll::Pending;
            }
            drop(flow);
            let value = value.take().expect("polled after it was ready");
            Poll::Ready(self.try_send(value).map_err(TrySendValue::into_value))
        })
    }

    /// Sends one value if there is room now.
    ///
    /// # Errors
    ///
    /// The value, and whether there is no room or nobody who reads.
    pub fn try_send(&mut self, value: T) -> Result<(), TrySendValue<T>> {
        let mut flow = lock(&self.0.0);
        if flow.reader_is_gone {
            drop(flow);
            return Err(TrySendValue::Closed(value));
        }
        if flow.values.len() >= flow.capacity {
            drop(flow);
            return Err(TrySendValue::Full(value));
        }
        flow.values.push_back(value);
        let reader = flow.reader.take();
        drop(flow);
        reader.into_iter().for_each(wake);
        Ok(())
    }

    /// Sends one value from a plain thread, waiting for room.
    ///
    /// # Errors
    ///
    /// The value, if nobody reads on.
    ///
    /// # Panics
    ///
    /// On a thread that drives a tokio runtime, where waiting would block it.
    pub fn send_blocking(&mut self, value: T) -> Result<(), T> {
        block_on(self.send(value))
    }

    /// Whether nobody reads on.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.0.reader_is_gone()
    }
}

impl<T> Drop for Replies<T> {
    fn drop(&mut self) {
        match current::why_dropped(Fallible::address(&self.0)) {
            Dropped::InPanic => current::lost_in_panic(Rc::new(self.0.clone())),
            Dropped::AtEnd => self.0.finish(Err(Failure::Stopped)),
            Dropped::ByHand if std::thread::panicking() => {
                self.0.finish(Err(Failure::Unanswered));
            }
            Dropped::ByHand => self.0.finish(Ok(())),
        }
    }
}

impl<T> private::Sealed for Replies<T> {}

impl<T> PendingReply for Replies<T> {
    fn is_abandoned(&self) -> bool {
        self.is_closed()
    }

    fn stopped(&self) {
        self.0.fail(Failure::Stopped);
    }

    fn link(&self) -> Option<private::Link> {
        None
    }

    fn address(&self) -> Option<usize> {
        Some(Fallible::address(&self.0))
    }
}

impl<T> fmt::Debug for Replies<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Replies").field("is_closed", &self.is_closed()).finish_non_exhaustive()
    }
}

/// Why a value was not sent at once, with the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrySendValue<T> {
    /// The reader has to catch up first.
    Full(T),
    /// Nobody reads on.
    Closed(T),
}

impl<T> TrySendValue<T> {
    /// The value that was not sent.
    pub fn into_value(self) -> T {
        match self {
            Self::Full(value) | Self::Closed(value) => value,
        }
    }
}

impl<T> fmt::Display for TrySendValue<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full(_) => "the value was not sent: the reader has to catch up first",
            Self::Closed(_) => "the value was not sent: nobody reads on",
        })
    }
}

impl<T: fmt::Debug> std::error::Error for TrySendValue<T> {}

/// The values of a handler that answers with a stream. It borrows nothing.
///
/// It ends with `None` when the handler is done, and with one error if there will be no more for
/// another reason. Dropping it tells the handler that nobody reads on.
///
/// # Cancel safety
///
/// Waiting for the next value can be dropped: no value is lost.
#[must_use = "streams do nothing unless polled"]
pub struct ReplyStream<T: 'static> {
    channel: Arc<Channel<T>>,
    method: Method,
    actor: ActorId,
}

impl<T> ReplyStream<T> {
    /// The next value.
    pub async fn next(&mut self) -> Option<Result<T, CallError>> {
        poll_fn(|cx| self.poll_value(cx)).await
    }

    /// The next value, waited for on a plain thread.
    ///
    /// # Panics
    ///
    /// On a thread that drives a tokio runtime, where waiting would block it.
    pub fn next_blocking(&mut self) -> Option<Result<T, CallError>> {
        block_on(self.next())
    }

    fn poll_value(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<T, CallError>>> {
        let mut flow = lock(&self.channel.0);
        if let Some(value) = flow.values.pop_front() {
            let writer = flow.writer.take();
            drop(flow);
            writer.into_iter().for_each(wake);
            return Poll::Ready(Some(Ok(value)));
        }
        match &mut flow.end {
            Some(end) => {
                let end = mem::replace(end, Ok(()));
                Poll::Ready(end.err().map(|failure| Err(failure.of(self.method))))
            }
            None if current::actor() == Some(self.actor) => {
                // Said once: whoever reads to the end should come to one.
                flow.end = Some(Ok(()));
                flow.reader_is_gone = true;
                let method = self.method;
                Poll::Ready(Some(Err(CallError::WouldDeadlock { method, ring: Vec::new() })))
            }
            None => {
                flow = gap("a reader waits later than it looked", flow, &self.channel.0);
                let stale = flow.reader.replace(cx.waker().clone());
                drop(flow);
                drop(stale);
                Poll::Pending
            }
        }
    }
}

impl<T> Stream for ReplyStream<T> {
    type Item = Result<T, CallError>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_value(cx)
    }
}

impl<T> Drop for ReplyStream<T> {
    fn drop(&mut self) {
        let mut flow = lock(&self.channel.0);
        flow.reader_is_gone = true;
        let unread = mem::take(&mut flow.values);
        let wakers = (flow.reader.take(), flow.writer.take());
        drop(flow);
        if !bug("a reader leaves in silence") {
            wakers.1.into_iter().for_each(wake);
        }
        // Last, because the values are the user's, and their drop may panic.
        drop(unread);
    }
}

impl<T> fmt::Debug for ReplyStream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReplyStream").field("method", &self.method).finish_non_exhaustive()
    }
}

/// A call that answers with a stream, not sent yet. Poll it as a stream, or send it first.
///
/// Dropping it before its handler has begun means that it never does.
#[must_use = "streams do nothing unless polled"]
pub struct StreamCall<'a, M: Message, T: 'static, F> {
    shared: &'a Arc<Shared<M>>,
    buffer: usize,
    stage: Stage<'a, M, T, F>,
}

enum Stage<'a, M: Message, T: 'static, F> {
    Unsent(F),
    WaitingForRoom(Place<'a, M>, ReplyStream<T>),
    Sent(ReplyStream<T>),
    Done,
}

/// Nothing in a call is pinned.
impl<M: Message, T, F> Unpin for StreamCall<'_, M, T, F> {}

impl<'a, M, T, F> StreamCall<'a, M, T, F>
where
    M: Message,
    F: FnOnce(Replies<T>) -> M,
{
    pub(crate) fn new(shared: &'a Arc<Shared<M>>, message: F) -> Self {
        Self { shared, buffer: BUFFER, stage: Stage::Unsent(message) }
    }

    /// Lets the handler be this many values ahead of the reader, and at least one; 16 if nothing
    /// is said. Without effect once the call is sent.
    pub fn buffer(self, values: usize) -> Self {
        Self { buffer: values.max(1), ..self }
    }

    /// The next value. The first time, the message is sent.
    ///
    /// # Cancel safety
    ///
    /// No value is lost if the future is dropped; the stream goes on where it was.
    pub async fn next(&mut self) -> Option<Result<T, CallError>> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    /// Waits for room and sends; what it gives is the stream, which borrows nothing.
    ///
    /// # Errors
    ///
    /// See [`SendError`]; the message is in it.
    ///
    /// # Panics
    ///
    /// If the stream was polled before.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped while the message waits for room, the message is taken back and
    /// dropped. If room was made at that very moment, its handler runs only if it has begun.
    pub async fn sent(self) -> Result<ReplyStream<T>, SendError<M>> {
        let Stage::Unsent(message) = self.stage else {
            panic!("the stream was already polled, so its message is already sent");
        };
        let (message, stream) = make(self.shared, self.buffer, message);
        Cast::new(self.shared, message).await?;
        Ok(stream)
    }
}

/// Makes the message and the stream that it will fill.
fn make<M: Message, T>(
    shared: &Arc<Shared<M>>,
    capacity: usize,
    message: impl FnOnce(Replies<T>) -> M,
) -> (M, ReplyStream<T>) {
    let channel = Arc::new(Channel(Mutex::new(Flow {
        values: VecDeque::new(),
        capacity,
        end: None,
        reader_is_gone: false,
        reader: None,
        writer: None,
    })));
    let message = message(Replies(channel.clone()));
    let method = Method::new(M::ACTOR, message.envelope().method());
    (message, ReplyStream { channel, method, actor: shared.id() })
}

impl<M, T, F> Stream for StreamCall<'_, M, T, F>
where
    M: Message,
    F: FnOnce(Replies<T>) -> M,
{
    type Item = Result<T, CallError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let (mut stream, place) = match mem::replace(&mut self.stage, Stage::Done) {
            Stage::Unsent(message) => {
                let (message, stream) = make(self.shared, self.buffer, message);
                let method = stream.method;
                if current::actor() == Some(stream.actor) {
                    let ring = Vec::new();
                    return Poll::Ready(Some(Err(CallError::WouldDeadlock { method, ring })));
                }
                match send::offer(self.shared, message, cx) {
                    Ok(place) => (stream, place),
                    Err(error) => return Poll::Ready(Some(Err(refused(&error, method)))),
                }
            }
            Stage::WaitingForRoom(place, stream) => (stream, Some(place)),
            Stage::Sent(stream) => (stream, None),
            Stage::Done => return Poll::Ready(None),
        };
        if let Some(mut place) = place {
            match place.poll(cx) {
                Poll::Ready(Ok(())) => {}
                Poll::Ready(Err(_)) => {
                    let method = stream.method;
                    return Poll::Ready(Some(Err(CallError::NotAccepted { method })));
                }
                Poll::Pending => {
                    self.stage = Stage::WaitingForRoom(place, stream);
                    return Poll::Pending;
                }
            }
        }
        let value = stream.poll_value(cx);
        if !matches!(value, Poll::Ready(None)) {
            self.stage = Stage::Sent(stream);
        }
        value
    }
}

fn refused<M>(error: &SendError<M>, method: Method) -> CallError {
    match error {
        SendError::Closed(_) => CallError::NotAccepted { method },
        SendError::WouldDeadlock(_) => CallError::WouldDeadlock { method, ring: Vec::new() },
    }
}

impl<M: Message, T, F> fmt::Debug for StreamCall<'_, M, T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamCall").field("actor", &M::ACTOR).finish_non_exhaustive()
    }
}
