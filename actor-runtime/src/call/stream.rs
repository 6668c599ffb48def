//! Calls that are answered with a stream.

use futures_core::Stream;
use std::{
    collections::VecDeque,
    fmt,
    future::poll_fn,
    mem,
    pin::Pin,
    task::{Context, Poll},
};

use crate::{
    call::{cast::Cast, room as send, room::Place},
    debug::opaque_debug,
    error::{CallError, CallErrorKind, Method, SendError},
    mailbox::Shared,
    slot::{
        message::Message,
        replies::{Channel, Flow, Replies},
    },
    sync::{Arc, Mutex, bug, gap, lock},
    thread::{
        block_on::block_on,
        current::{self, ActorId},
    },
    waker::{WakerToStore, wake},
};

/// How many values a stream holds before it holds the handler back, unless its caller says
/// otherwise with [`StreamCall::buffer`].
const BUFFER: usize = 16;

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
        let mut waker = WakerToStore::new(cx.waker());
        let mut flow = lock(&self.channel.0);
        while flow.values.is_empty() && flow.end.is_none() && !waker.is_ready(&flow.reader) {
            drop(flow);
            waker.prepare();
            flow = lock(&self.channel.0);
        }
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
                Poll::Ready(Some(Err(CallError::new(
                    method,
                    CallErrorKind::WouldDeadlock { ring: Vec::new() },
                ))))
            }
            None => {
                flow = gap("a reader waits later than it looked", flow, &self.channel.0);
                let _is_stored = waker.store(&mut flow.reader);
                drop(flow);
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
                    return Poll::Ready(Some(Err(CallError::new(
                        method,
                        CallErrorKind::WouldDeadlock { ring },
                    ))));
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
                    return Poll::Ready(Some(Err(CallError::new(method, CallErrorKind::Closed))));
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
        SendError::Closed(_) => CallError::new(method, CallErrorKind::Closed),
        SendError::WouldDeadlock(_) => {
            CallError::new(method, CallErrorKind::WouldDeadlock { ring: Vec::new() })
        }
    }
}

opaque_debug!([M: Message, T, F] StreamCall<'_, M, T, F>, "StreamCall", actor = M::ACTOR);
