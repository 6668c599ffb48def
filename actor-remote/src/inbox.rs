//! The calls of a link that wait for replies.

use std::{
    cmp,
    collections::HashMap,
    fmt,
    future::poll_fn,
    hash::{BuildHasherDefault, Hasher},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    task::{Poll, Waker},
};

use bytes::Bytes;
use smallvec::SmallVec;

/// How many replies of one call may wait to be read. A stream is sent fewer before its reader has said that it took
/// some, so more of them come from somebody who does not keep to that.
const UNREAD: usize = 64;

/// Where an [engine](crate::Engine) puts the replies to the requests of a link, by their numbers.
///
/// Clones are the same inbox.
#[derive(Clone, Default)]
pub struct Inbox(Arc<Shared>);

#[derive(Default)]
struct Shared {
    last: AtomicU64,
    waiting: Mutex<HashMap<u64, Arc<Waiter>, BuildHasherDefault<Spread>>>,
}

/// A hash for numbers that this process counts up, so that no peer can choose some that collide.
#[derive(Default)]
struct Spread(u64);

impl Hasher for Spread {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u64(u64::from(*byte)));
    }

    fn write_u64(&mut self, number: u64) {
        // By the golden ratio, so that numbers that follow each other are far apart.
        self.0 = (self.0 ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

#[derive(Default)]
struct Waiter(Mutex<State>);

#[derive(Default)]
struct State {
    /// Usually one, which needs no allocation.
    events: SmallVec<[Event; 1]>,
    waker: Option<Waker>,
    /// The process that has accepted the call.
    accepted_by: Option<u64>,
    /// How many items were read, if it is an open stream.
    taken: Option<u64>,
}

/// What happens to a call that waits.
#[derive(Debug)]
pub(crate) enum Event {
    Reply(Bytes),
    /// The engine says that nobody got the request.
    Nobody,
    /// The engine says that nobody will reply any more.
    Ended,
    /// The process that has accepted the call is not heard any more.
    Lost,
}

impl Inbox {
    /// An empty inbox.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A reply to the request of this number has come.
    pub fn reply(&self, number: u64, reply: Bytes) {
        self.put(number, Event::Reply(reply));
    }

    /// Nobody serves the name of the request with this number: nobody got it, and nobody will.
    pub fn nobody(&self, number: u64) {
        self.put(number, Event::Nobody);
    }

    /// No further reply to the request of this number will come, and nobody knows whether it was received.
    pub fn ended(&self, number: u64) {
        self.put(number, Event::Ended);
    }

    /// Whether the caller of the request with this number still waits, so that sending it makes sense.
    #[must_use]
    pub fn is_waited_for(&self, number: u64) -> bool {
        lock(&self.0.waiting).contains_key(&number)
    }

    /// The number of calls that wait for replies.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "an engine wants to know how many there are")]
    pub fn len(&self) -> usize {
        lock(&self.0.waiting).len()
    }

    /// Ends the wait of all calls that `process` has accepted.
    pub(crate) fn lose(&self, process: u64) {
        let waiters: Vec<_> = lock(&self.0.waiting).values().cloned().collect();
        for waiter in waiters {
            if lock(&waiter.0).accepted_by == Some(process) {
                waiter.put(Event::Lost);
            }
        }
    }

    /// Whether a call waits that `process` has accepted.
    pub(crate) fn waits_for(&self, process: u64) -> bool {
        let waiters: Vec<_> = lock(&self.0.waiting).values().cloned().collect();
        waiters.iter().any(|waiter| lock(&waiter.0).accepted_by == Some(process))
    }

    /// The open streams: their numbers, the processes that serve them, and how many items were read.
    pub(crate) fn streams(&self) -> Vec<(u64, u64, u64)> {
        let waiting = lock(&self.0.waiting);
        let streams = waiting.iter().filter_map(|(number, waiter)| {
            let state = lock(&waiter.0);
            Some((*number, state.accepted_by?, state.taken?))
        });
        streams.collect()
    }

    /// Begins to wait for replies, with a number of its own.
    pub(crate) fn wait(&self) -> Waiting {
        let number = self.0.last.fetch_add(1, Ordering::Relaxed) + 1;
        let waiter = Arc::<Waiter>::default();
        lock(&self.0.waiting).insert(number, waiter.clone());
        Waiting { inbox: self.clone(), number, waiter }
    }

    fn put(&self, number: u64, event: Event) {
        let waiter = lock(&self.0.waiting).get(&number).cloned();
        if let Some(waiter) = waiter {
            waiter.put(event);
        }
    }
}

impl Waiter {
    fn put(&self, event: Event) {
        let waker = {
            let mut state = lock(&self.0);
            match state.events.len().cmp(&UNREAD) {
                cmp::Ordering::Less => state.events.push(event),
                cmp::Ordering::Equal => state.events.push(Event::Lost),
                cmp::Ordering::Greater => {}
            }
            state.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

/// A call that waits for replies. Dropping it ends the wait.
pub(crate) struct Waiting {
    inbox: Inbox,
    pub(crate) number: u64,
    waiter: Arc<Waiter>,
}

impl Waiting {
    /// Waits for what happens next.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: an event leaves the queue only when it is returned.
    pub(crate) async fn next(&mut self) -> Event {
        poll_fn(|cx| {
            let mut state = lock(&self.waiter.0);
            if !state.events.is_empty() {
                return Poll::Ready(state.events.remove(0));
            }
            state.waker.get_or_insert_with(|| cx.waker().clone()).clone_from(cx.waker());
            Poll::Pending
        })
        .await
    }

    /// Remembers who has accepted the call.
    pub(crate) fn accepted_by(&self, process: u64) {
        lock(&self.waiter.0).accepted_by = Some(process);
    }

    /// Remembers that it is a stream, of which so many items were read.
    pub(crate) fn has_taken(&self, items: u64) {
        lock(&self.waiter.0).taken = Some(items);
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        lock(&self.inbox.0.waiting).remove(&self.number);
    }
}

impl fmt::Debug for Inbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inbox").field("waiting", &self.len()).finish()
    }
}

/// Locks a mutex under which nothing panics.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
