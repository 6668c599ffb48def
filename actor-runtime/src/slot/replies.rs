//! Streamed answers: many values for one message, with the reader holding the handler back.
//!
//! Invariants, as in [`slot`](crate::slot): a stream ends once, with success or with the reason
//! why there is no more; a [`Replies`] that is dropped ends its stream; values and wakers of the
//! user are dropped and woken with the lock released.

use std::{
    collections::VecDeque,
    fmt,
    future::{Future, poll_fn},
    rc::Rc,
    task::{Poll, Waker},
};

use crate::{
    error::{Failure, TrySendError},
    slot::message::{PendingReply, private},
    sync::{Arc, Mutex, gap, lock},
    thread::{
        block_on::block_on,
        current::{self, Dropped, Fallible},
    },
    waker::{WakerToStore, wake},
};

pub(crate) struct Flow<T> {
    pub(crate) values: VecDeque<T>,
    pub(crate) capacity: usize,
    /// How it ended, if it has.
    pub(crate) end: Option<Result<(), Failure>>,
    pub(crate) reader_is_gone: bool,
    pub(crate) reader: Option<Waker>,
    pub(crate) writer: Option<Waker>,
}

pub(crate) struct Channel<T>(pub(crate) Mutex<Flow<T>>);

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
pub struct Replies<T: 'static>(pub(crate) Arc<Channel<T>>);

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
            let mut waker = WakerToStore::new(cx.waker());
            loop {
                let mut flow = lock(&self.0.0);
                if flow.reader_is_gone || flow.values.len() < flow.capacity {
                    break;
                }
                flow = gap("a writer waits later than it looked", flow, &self.0.0);
                if waker.store(&mut flow.writer) {
                    return Poll::Pending;
                }
                drop(flow);
                waker.prepare();
            }
            let value = value.take().expect("polled after it was ready");
            Poll::Ready(self.try_send(value).map_err(TrySendError::into_inner))
        })
    }

    /// Sends one value if there is room now.
    ///
    /// # Errors
    ///
    /// The value, and whether there is no room or nobody who reads.
    pub fn try_send(&mut self, value: T) -> Result<(), TrySendError<T>> {
        let mut flow = lock(&self.0.0);
        if flow.reader_is_gone {
            drop(flow);
            return Err(TrySendError::Closed(value));
        }
        if flow.values.len() >= flow.capacity {
            drop(flow);
            return Err(TrySendError::Full(value));
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
