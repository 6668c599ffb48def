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
    rc::Rc,
    task::{Poll, Waker},
};

use crate::{
    error::{Failure, Method, TrySendError, Unsent},
    slot::message::{PendingReply, private},
    sync::{Arc, Mutex, gap, lock},
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
        let mut flow = lock(&self.0);
        if flow.end.is_some() {
            return;
        }
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
pub struct Replies<T: 'static>(pub(crate) Arc<Channel<T>>);

impl<T> Replies<T> {
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
            let mut waker = WakerToStore::new(cx.waker());
            loop {
                let mut flow = lock(&self.0.0);
                if flow.reader_is_gone || flow.values.len() < flow.capacity {
                    break;
                }
                flow = gap("a writer waits later than it looked", flow, &self.0.0);
                match flow.bound.wait(&mut waker) {
                    Room::Unbounded => break,
                    Room::Waits => return Poll::Pending,
                    Room::NeedsWaker => {}
                }
                drop(flow);
                waker.prepare();
            }
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
        let mut flow = lock(&self.0.0);
        let method = flow.method;
        if flow.reader_is_gone {
            drop(flow);
            return Err(TrySendError::Closed(Unsent::value(method, value)));
        }
        if flow.values.len() >= flow.capacity && !flow.bound.is_lifted() {
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

    /// Returns `true` if the reader was dropped.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.0.reader_is_gone()
    }
}

impl<T> Drop for Replies<T> {
    fn drop(&mut self) {
        match current::drop_reason(ErasedReply::address(&self.0)) {
            DropReason::Unwinding => current::defer_failure(Rc::new(self.0.clone())),
            DropReason::ActorEnding => self.0.finish(Err(Failure::Stopped)),
            DropReason::Discarded if std::thread::panicking() => {
                self.0.finish(Err(Failure::Unanswered));
            }
            DropReason::Discarded => self.0.finish(Ok(())),
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

    fn wait(&self) -> Option<private::Ticket> {
        lock(&self.0.0).link.ticket().map(private::Ticket)
    }

    fn address(&self) -> Option<usize> {
        Some(ErasedReply::address(&self.0))
    }
}

impl<T> fmt::Debug for Replies<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Replies").field("is_closed", &self.is_closed()).finish_non_exhaustive()
    }
}
