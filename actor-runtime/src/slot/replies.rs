//! Streamed answers: many values for one message, with backpressure from the reader.
//!
//! # Invariants
//!
//! As in [`slot`](crate::slot):
//!
//! 1. A stream ends once, with success or with a failure.
//! 2. Dropping a [`Replies`] ends its stream: at once, or, if the drop happens while a handler unwinds,
//!    after the panic has been caught.
//! 3. Values and wakers of the user are dropped and woken after the lock is released.

use std::{
    collections::VecDeque,
    fmt,
    future::{Future, poll_fn},
    mem,
    rc::Rc,
    task::{Context, Poll, Waker, ready},
};

use crate::{
    cancel_safe::{CancelSafe, assume_cancel_safe},
    error::{Failure, Method, TrySendError, Unsent},
    slot::{
        message::{Envelope, PendingReply, private},
        watch::Watch,
    },
    sync::{Arc, Mutex, MutexGuard, gap, lock},
    thread::waker::{WakerToStore, wake},
    thread::{
        block_on::block_on,
        current::{self, DropReason, ErasedReply},
        reading::{Bound, Room},
        ring::Link,
    },
};

pub(crate) struct Flow<T> {
    pub(crate) values: VecDeque<T>,
    pub(crate) capacity: usize,
    /// `None` until the stream ends.
    pub(crate) end: Option<Result<(), Failure>>,
    pub(crate) reader_is_gone: bool,
    pub(crate) reader: Option<Waker>,
    /// The wait of the reader, if it is a handler.
    pub(crate) link: Link,
    pub(crate) bound: Arc<Bound>,
    /// The handler. Known once its message is built, which is before it is sent.
    pub(crate) method: Method,
}

pub(crate) struct Channel<T>(pub(crate) Mutex<Flow<T>>);

impl<T> Channel<T> {
    fn finish(&self, end: Result<(), Failure>) {
        let flow = lock(&self.0);
        if flow.end.is_none() {
            self.end(flow, end);
        }
    }

    fn end(&self, mut flow: MutexGuard<'_, Flow<T>>, end: Result<(), Failure>) {
        flow.end = Some(end);
        flow.link.cut();
        let reader = flow.reader.take();
        drop(flow);
        reader.into_iter().for_each(wake);
    }

    fn reader_is_gone(&self) -> bool {
        lock(&self.0).reader_is_gone
    }
}

impl<T> ErasedReply for Arc<Channel<T>> {
    fn fail(&self, failure: Failure) {
        self.finish(Err(failure));
    }

    fn address(&self) -> usize {
        Arc::as_ptr(self).addr()
    }
}

/// Sends a stream of answers to the caller. A handler takes it as a parameter.
///
/// The handle's method then returns a [`StreamCall`](crate::StreamCall). Dropping the `Replies` ends
/// the stream without an error. If the actor ends first, or if a panic drops the `Replies`, the stream
/// ends with an error.
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
///     /// Streams all words.
///     pub async fn list(&self, mut words: Replies<String>) {
///         for word in &self.0 {
///             if words.send(word.clone()).await.is_err() {
///                 break; // The reader was dropped.
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
pub struct Replies<T: 'static> {
    channel: Arc<Channel<T>>,
    /// Whether [`room`](Self::room) was found for a value that is yet to be sent. The bound that was lifted
    /// then may apply again by now.
    has_room: bool,
}

impl<T> Replies<T> {
    pub(crate) fn new(channel: Arc<Channel<T>>) -> Self {
        Self { channel, has_room: false }
    }

    /// Sends one value, waiting for room in the stream's buffer first.
    ///
    /// # Errors
    ///
    /// The value, if the reader was dropped.
    ///
    /// # Panics
    ///
    /// If the future is polled after it has completed.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped before it completes, the value was not sent and is dropped.
    pub fn send(&mut self, value: T) -> impl Future<Output = Result<(), T>> {
        let mut value = Some(value);
        poll_fn(move |cx| {
            ready!(self.poll_room(cx));
            let value = value.take().expect("polled after completion");
            Poll::Ready(self.try_send(value).map_err(TrySendError::into_inner))
        })
    }

    /// Sends one value if the stream's buffer has room.
    ///
    /// # Errors
    ///
    /// [`TrySendError::Full`] if there is no room, and [`TrySendError::Closed`] if the reader was
    /// dropped. Both return the value.
    pub fn try_send(&mut self, value: T) -> Result<(), TrySendError<T>> {
        let has_room = mem::take(&mut self.has_room);
        let mut flow = lock(&self.channel.0);
        let method = flow.method;
        if flow.reader_is_gone {
            drop(flow);
            return Err(TrySendError::Closed(Unsent::value(method, value)));
        }
        if flow.values.len() >= flow.capacity && !flow.bound.is_lifted() && !has_room {
            drop(flow);
            return Err(TrySendError::Full(Unsent::value(method, value)));
        }
        flow.values.push_back(value);
        flow.link.suspend();
        let reader = flow.reader.take();
        drop(flow);
        reader.into_iter().for_each(wake);
        Ok(())
    }

    /// Sends one value, blocking the current thread until there is room.
    ///
    /// # Errors
    ///
    /// The value, if the reader was dropped.
    ///
    /// # Panics
    ///
    /// If called within an asynchronous execution context, such as from a task of a tokio runtime.
    pub fn send_blocking(&mut self, value: T) -> Result<(), T> {
        block_on(self.send(value))
    }

    /// Waits until the stream's buffer has room for a value, without sending one.
    ///
    /// Afterwards [`try_send`](Self::try_send) is not refused as full. Completes at once if the reader was
    /// dropped; `try_send` then says so.
    ///
    /// An actor that produces values in its event handlers waits for room before it takes what it makes the
    /// next value of.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: it sends nothing, and reserves nothing that could be lost.
    ///
    /// # Examples
    ///
    /// ```
    /// use actor_runtime::{Replies, actor, cancel_safe, spawn};
    ///
    /// /// Streams what a channel receives, as fast as it is read.
    /// struct Feed { lines: tokio::sync::mpsc::Receiver<String>, reader: Option<Replies<String>> }
    ///
    /// #[cancel_safe]
    /// async fn room(reader: &mut Option<Replies<String>>) {
    ///     match reader {
    ///         Some(lines) => lines.room().await,
    ///         None => std::future::pending().await,
    ///     }
    /// }
    ///
    /// #[actor]
    /// impl Feed {
    ///     /// Streams all further lines.
    ///     pub fn follow(&mut self, lines: Replies<String>) { self.reader = Some(lines) }
    ///
    ///     #[on(room(&mut self.reader))]
    ///     fn has_room(&mut self, (): ()) {
    ///         let line = self.lines.try_recv().ok();
    ///         let sent = line.and_then(|line| self.reader.as_mut()?.try_send(line).ok());
    ///         if sent.is_none() {
    ///             self.reader = None; // There are no more lines, or the reader was dropped.
    ///         }
    ///     }
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let (sender, lines) = tokio::sync::mpsc::channel(100);
    /// for line in 0..100 { sender.send(line.to_string()).await? }
    /// drop(sender);
    /// let feed = spawn(Feed { lines, reader: None });
    /// let mut read = feed.follow().buffer(1);
    /// let mut count = 0;
    /// while let Some(line) = read.next().await {
    ///     assert_eq!(line?, count.to_string());
    ///     count += 1;
    /// }
    /// assert_eq!(count, 100);
    /// # Ok(())
    /// # }
    /// ```
    pub fn room(&mut self) -> impl CancelSafe<Output = ()> {
        let why = "it sends nothing, and room that was found remains";
        assume_cancel_safe(why, poll_fn(move |cx| self.poll_room(cx)))
    }

    /// Completes when there is room for a value, or no reader for it.
    ///
    /// As a source, it need not regard a bound that is lifted: the actor handles messages meanwhile.
    fn poll_room(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let mut waker = WakerToStore::new(cx.waker());
        loop {
            let mut flow = lock(&self.channel.0);
            if flow.reader_is_gone || flow.values.len() < flow.capacity || self.has_room {
                break;
            }
            flow = gap("a writer waits later than it looked", flow, &self.channel.0);
            let room = if current::is_racing() {
                flow.bound.watch(&mut waker)
            } else {
                flow.bound.wait(&mut waker)
            };
            match room {
                Room::Unbounded => break,
                Room::Waits => return Poll::Pending,
                Room::NeedsWaker => {}
            }
            drop(flow);
            waker.prepare();
        }
        self.has_room = true;
        Poll::Ready(())
    }

    /// Sends the last value and ends the stream, without waiting.
    ///
    /// The value is accepted even if the stream's buffer is full, and a panic or the end of the actor after
    /// this call does not replace it. So the outcome of a stream is not lost: in a stream of
    /// `Result<T, E>`, the error that ends it is the last value.
    ///
    /// # Errors
    ///
    /// The value, if the reader was dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// use actor_runtime::{Replies, actor, spawn};
    ///
    /// struct Rows;
    ///
    /// #[actor]
    /// impl Rows {
    ///     /// Streams rows until the connection breaks.
    ///     pub async fn query(&self, mut rows: Replies<Result<u32, String>>) {
    ///         for row in 0..2 {
    ///             if rows.send(Ok(row)).await.is_err() {
    ///                 return; // The reader was dropped.
    ///             }
    ///         }
    ///         let _ = rows.finish(Err("connection lost".into()));
    ///     }
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let rows = spawn(Rows);
    /// let mut read = rows.query().buffer(2);
    /// assert_eq!(read.next().await.transpose()?, Some(Ok(0)));
    /// assert_eq!(read.next().await.transpose()?, Some(Ok(1)));
    /// assert_eq!(read.next().await.transpose()?, Some(Err("connection lost".into())));
    /// assert!(read.next().await.is_none());
    /// # Ok(())
    /// # }
    /// ```
    pub fn finish(self, last: T) -> Result<(), T> {
        let mut flow = lock(&self.channel.0);
        if flow.reader_is_gone {
            drop(flow);
            return Err(last);
        }
        flow.values.push_back(last);
        // In one step with the last value, so that no failure comes between.
        self.channel.end(flow, Ok(()));
        Ok(())
    }

    /// Waits until the reader is gone: it was dropped, or it cannot read on.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: it changes nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// use actor_runtime::{Replies, actor, cancel_safe, spawn};
    ///
    /// #[derive(Default)]
    /// struct Topic { listener: Option<Replies<u32>> }
    ///
    /// #[cancel_safe]
    /// async fn gone(listener: &mut Option<Replies<u32>>) {
    ///     match listener {
    ///         Some(values) => values.gone().await,
    ///         None => std::future::pending().await,
    ///     }
    /// }
    ///
    /// #[actor]
    /// impl Topic {
    ///     /// Streams what is published.
    ///     pub fn listen(&mut self, values: Replies<u32>) { self.listener = Some(values) }
    ///
    ///     /// Whether there is a listener.
    ///     pub fn has_listener(&self) -> bool { self.listener.is_some() }
    ///
    ///     #[on(gone(&mut self.listener))]
    ///     fn unlisten(&mut self, (): ()) { self.listener = None }
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let topic = spawn(Topic::default());
    /// let values = topic.listen().sent().await?;
    /// assert!(topic.has_listener().await?);
    /// drop(values);
    /// while topic.has_listener().await? { tokio::task::yield_now().await }
    /// # Ok(())
    /// # }
    /// ```
    pub fn gone(&mut self) -> impl CancelSafe<Output = ()> {
        assume_cancel_safe("it changes nothing", poll_fn(move |cx| self.poll_gone(cx)))
    }

    fn poll_gone(&self, cx: &mut Context<'_>) -> Poll<()> {
        let mut waker = WakerToStore::new(cx.waker());
        loop {
            let flow = lock(&self.channel.0);
            if flow.reader_is_gone {
                return Poll::Ready(());
            }
            let flow = gap("a writer watches later than it looked", flow, &self.channel.0);
            if let Room::Waits = flow.bound.watch(&mut waker) {
                return Poll::Pending;
            }
            drop(flow);
            waker.prepare();
        }
    }

    /// Returns a [`Watch`], which tells a callback whether the stream is still read.
    ///
    /// It locks the stream's buffer for a moment whenever it is asked. See [`Reply::watch`](crate::Reply::watch).
    pub fn watch(&self) -> Watch
    where
        T: Send,
    {
        let channel = self.channel.clone();
        Watch::asking(move || {
            let flow = lock(&channel.0);
            flow.reader_is_gone || flow.end.is_some()
        })
    }

    /// Returns `true` if the reader was dropped.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.channel.reader_is_gone()
    }
}

impl<T> Replies<T> {
    /// Describes a message of these replies.
    #[doc(hidden)]
    #[inline]
    pub fn envelope(&self, method: &'static str) -> Envelope<'_> {
        Envelope::new(method, self)
    }
}

impl<T> Drop for Replies<T> {
    fn drop(&mut self) {
        match current::drop_reason(ErasedReply::address(&self.channel)) {
            DropReason::Unwinding => current::defer_failure(Rc::new(self.channel.clone())),
            DropReason::ActorEnding => self.channel.finish(Err(Failure::Stopped)),
            DropReason::Discarded if std::thread::panicking() => {
                self.channel.finish(Err(Failure::Unanswered));
            }
            DropReason::Discarded => self.channel.finish(Ok(())),
        }
    }
}

impl<T> private::Sealed for Replies<T> {}

impl<T> PendingReply for Replies<T> {
    fn is_abandoned(&self) -> bool {
        self.is_closed()
    }

    fn stopped(&self) {
        self.channel.fail(Failure::Stopped);
    }

    fn wait(&self) -> Option<private::Ticket> {
        lock(&self.channel.0).link.ticket().map(private::Ticket)
    }

    fn address(&self) -> Option<usize> {
        Some(ErasedReply::address(&self.channel))
    }
}

impl<T> fmt::Debug for Replies<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Replies").field("is_closed", &self.is_closed()).finish_non_exhaustive()
    }
}
