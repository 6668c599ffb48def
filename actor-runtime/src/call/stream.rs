//! Calls of handlers that answer with a stream of values.
//!
//! The caller's half is here; the handler's is [`Replies`]. Both share a [`Channel`].

use futures_core::Stream;
use std::{
    collections::VecDeque,
    fmt,
    future::poll_fn,
    marker::PhantomData,
    mem,
    pin::Pin,
    task::{Context, Poll},
};

use crate::{
    call::{
        cast::Sending,
        recipient::{Borrowed, Owned, Recipient},
        request::StreamRequest,
        room::{WaitForRoom, Waits, offer},
    },
    debug::opaque_debug,
    error::{CallError, CallErrorKind, Method, SendError},
    mailbox::{Shared, counted::Counted},
    slot::{
        message::Message,
        replies::{Channel, Flow, Replies},
    },
    sync::{Arc, Mutex, bug, gap, lock},
    thread::waker::{WakerToStore, wake},
    thread::{
        block_on::block_on,
        current::{self, ActorId},
        reading::{Bound, Reading},
        ring::{Link, Ring},
    },
};

/// The default of [`StreamCall::buffer`].
const BUFFER: usize = 16;

/// The stream of values with which a handler answers.
///
/// Returned by [`StreamCall::sent`]. It borrows nothing, so it can be moved into a task. The stream ends
/// with `None` when the handler drops its [`Replies`]; if the actor stops or the handler panics before
/// that, it yields one error and then `None`. Dropping the stream makes further sends by the handler fail.
///
/// # Cancel safety
///
/// Dropping the future of [`next`](Self::next) loses no value.
#[must_use = "streams do nothing unless polled"]
pub struct ReplyStream<T: 'static> {
    channel: Arc<Channel<T>>,
    method: Method,
    actor: ActorId,
    /// The actor whose handler has made the call, if a handler has.
    sender: Option<ActorId>,
    reading: Reading,
}

impl<T> ReplyStream<T> {
    /// Waits for the next value.
    ///
    /// Returns `None` when the stream has ended.
    ///
    /// # Errors
    ///
    /// Yields a [`CallError`] once, as the last item, if the stream ended early.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: dropping the future loses no value.
    pub async fn next(&mut self) -> Option<Result<T, CallError>> {
        poll_fn(|cx| self.poll_value(cx)).await
    }

    /// Blocks the current thread until the next value arrives.
    ///
    /// # Errors
    ///
    /// As for [`next`](Self::next).
    ///
    /// # Panics
    ///
    /// Panics on a thread that drives a tokio runtime, which it would block.
    pub fn next_blocking(&mut self) -> Option<Result<T, CallError>> {
        block_on(self.next())
    }

    fn poll_value(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<T, CallError>>> {
        self.reading.read_here();
        let mut waker = WakerToStore::new(cx.waker());
        let mut flow = lock(&self.channel.0);
        while flow.values.is_empty() && flow.end.is_none() && !waker.is_ready(&flow.reader) {
            drop(flow);
            waker.prepare();
            flow = lock(&self.channel.0);
        }
        if let Some(value) = flow.values.pop_front() {
            let writer = flow.bound.take_writer();
            drop(flow);
            writer.into_iter().for_each(wake);
            return Poll::Ready(Some(Ok(value)));
        }
        match &mut flow.end {
            Some(end) => {
                let end = mem::replace(end, Ok(()));
                Poll::Ready(end.err().map(|failure| Err(failure.of(self.method))))
            }
            None => {
                if let Err(ring) = self.register_wait(&flow) {
                    // The error is yielded once, so that reading to the end terminates.
                    flow.end = Some(Ok(()));
                    flow.reader_is_gone = true;
                    let writer = flow.bound.take_writer();
                    drop(flow);
                    writer.into_iter().for_each(wake);
                    let kind = CallErrorKind::WouldDeadlock { accepted: true, ring };
                    return Poll::Ready(Some(Err(CallError::new(self.method, kind))));
                }
                flow = gap("a reader waits later than it looked", flow, &self.channel.0);
                let _is_stored = waker.store(&mut flow.reader);
                drop(flow);
                self.reading.waits();
                Poll::Pending
            }
        }
    }

    /// Records that the current handler waits for a value, or fails if that would deadlock.
    fn register_wait(&self, flow: &Flow<T>) -> Result<(), Ring> {
        if current::caller() == Some(self.actor) {
            return Err(Vec::new());
        }
        if let Some(sender) = self.sender {
            flow.link.wait(sender, self.actor, self.method)?;
        }
        Ok(())
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
        let (_reader, writer) = (flow.reader.take(), flow.bound.take_writer());
        flow.link.cut();
        drop(flow);
        if bug("a reader leaves in silence") {
            return;
        }
        writer.into_iter().for_each(wake);
        // Last, because dropping the values runs code of the user, which may panic.
        drop(unread);
    }
}

impl<T> fmt::Debug for ReplyStream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReplyStream").field("method", &self.method).finish_non_exhaustive()
    }
}

/// A call to a handler that answers with a stream of values.
///
/// Nothing is sent until the call is polled as a stream or [`sent`](Self::sent). A call that would
/// deadlock, or whose message was not accepted, yields one error and ends.
///
/// # Cancel safety
///
/// Dropping the future of [`next`](Self::next) loses no value. Dropping the call itself withdraws a
/// message that waits for room, and skips a handler that has not begun.
#[must_use = "streams do nothing unless polled"]
pub struct StreamCall<'a, T: 'static, M: Message, Q, S = Borrowed<'a, M>> {
    recipient: S,
    buffer: usize,
    state: StreamState<M, T, Q>,
    handle: PhantomData<&'a ()>,
}

enum StreamState<M: Message, T: 'static, Q> {
    Unsent(Q),
    WaitingForRoom(WaitForRoom<M>, ReplyStream<T>),
    Sent(ReplyStream<T>),
    Done,
}

/// No field is structurally pinned.
impl<M: Message, T, Q, S> Unpin for StreamCall<'_, T, M, Q, S> {}

impl<'a, M: Message, T, Q: StreamRequest<M, T>> StreamCall<'a, T, M, Q> {
    pub(crate) fn new(shared: &'a Arc<Shared<M>>, request: Q) -> Self {
        let (recipient, state) = (Borrowed(shared), StreamState::Unsent(request));
        Self { recipient, buffer: BUFFER, state, handle: PhantomData }
    }

    /// Makes the call own a handle, so that it borrows nothing, as [`Call::owned`](crate::Call::owned)
    /// does.
    pub fn owned(self) -> StreamCall<'static, T, M, Q, Owned<M>> {
        let Self { recipient, buffer, state, handle: _ } = self;
        let recipient = Owned(Counted::new(recipient.0));
        StreamCall { recipient, buffer, state, handle: PhantomData }
    }
}

impl<M, T, Q, S> StreamCall<'_, T, M, Q, S>
where
    M: Message,
    Q: StreamRequest<M, T>,
    S: Recipient<M>,
{
    /// Sets how many unread values are buffered before the handler has to wait for its reader.
    ///
    /// The default is 16, and `0` counts as 1. Has no effect once the call was sent.
    ///
    /// There is no limit while the task (or thread) that reads waits for the same actor, such as for the
    /// answer of a call: the handler would wait for the reader, and the reader for the handler.
    pub fn buffer(self, values: usize) -> Self {
        Self { buffer: values.max(1), ..self }
    }

    /// Waits for the next value. The first call sends the message.
    ///
    /// Returns `None` when the stream has ended.
    ///
    /// # Errors
    ///
    /// Yields a [`CallError`] once, as the last item, if the message was not accepted or the stream ended
    /// early.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: dropping the future loses no value, and keeps a message that waits for room.
    pub async fn next(&mut self) -> Option<Result<T, CallError>> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    /// Sends the message, waiting for room, and resolves to the stream of values.
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
    /// Not cancel safe: dropping the future withdraws a message that waits for room. If the message was
    /// already accepted, its handler is skipped unless it has begun.
    pub async fn sent(self) -> Result<ReplyStream<T>, SendError<M>> {
        let StreamState::Unsent(request) = self.state else {
            panic!("the stream was already polled, so its message is already sent");
        };
        let shared = self.recipient.shared();
        let (message, stream) = message_and_stream(shared, self.buffer, request);
        let mut sending = Sending::Unsent(message);
        poll_fn(|cx| sending.poll(shared, cx, |message| message)).await?;
        Ok(stream)
    }
}

/// Builds the message, and the stream that its handler fills.
fn message_and_stream<M: Message, T>(
    shared: &Arc<Shared<M>>,
    capacity: usize,
    request: impl StreamRequest<M, T>,
) -> (M, ReplyStream<T>) {
    let (link, bound) = (Link::default(), Arc::new(Bound::default()));
    let sender = link.prepare();
    let reading = Reading::new(shared.id(), bound.clone());
    let channel = Arc::new(Channel(Mutex::new(Flow {
        values: VecDeque::new(),
        capacity,
        end: None,
        reader_is_gone: false,
        reader: None,
        link,
        bound,
        method: Method::new(M::ACTOR, ""),
    })));
    let message = request.into_message(Replies::new(channel.clone()));
    let method = Method::new(M::ACTOR, message.envelope().method());
    lock(&channel.0).method = method;
    (message, ReplyStream { channel, method, actor: shared.id(), sender, reading })
}

impl<M, T, Q, S> Stream for StreamCall<'_, T, M, Q, S>
where
    M: Message,
    Q: StreamRequest<M, T>,
    S: Recipient<M>,
{
    type Item = Result<T, CallError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let (mut stream, waiting) = match mem::replace(&mut self.state, StreamState::Done) {
            StreamState::Unsent(request) => {
                let shared = self.recipient.shared();
                let (message, stream) = message_and_stream(shared, self.buffer, request);
                let method = stream.method;
                if current::caller() == Some(stream.actor) {
                    let ring = Vec::new();
                    return Poll::Ready(Some(Err(CallError::new(
                        method,
                        CallErrorKind::WouldDeadlock { accepted: false, ring },
                    ))));
                }
                match offer(shared, message, Waits::ForRoom, cx) {
                    Ok(waiting) => (stream, waiting),
                    Err(error) => return Poll::Ready(Some(Err(error.as_call_error()))),
                }
            }
            StreamState::WaitingForRoom(waiting, stream) => (stream, Some(waiting)),
            StreamState::Sent(stream) => (stream, None),
            StreamState::Done => return Poll::Ready(None),
        };
        if let Some(mut waiting) = waiting {
            match waiting.poll(cx) {
                Poll::Ready(Ok(())) => {}
                Poll::Ready(Err(error)) => return Poll::Ready(Some(Err(error.as_call_error()))),
                Poll::Pending => {
                    self.state = StreamState::WaitingForRoom(waiting, stream);
                    return Poll::Pending;
                }
            }
        }
        let value = stream.poll_value(cx);
        if !matches!(value, Poll::Ready(None)) {
            self.state = StreamState::Sent(stream);
        }
        value
    }
}

opaque_debug!([M: Message, T, Q, S] StreamCall<'_, T, M, Q, S>, "StreamCall", actor = M::ACTOR);
