//! Which streams the current task reads, so that it never waits for a handler that waits for it.
//!
//! A handler that streams waits for its reader once the stream's buffer is full. If the reader meanwhile
//! waits for the same actor, for the answer of a call or for anything else, neither goes on. Whether a task
//! waits for one future or for several at once cannot be seen, so such a wait is not refused. Instead, the
//! stream's buffer has no bound until the reader reads again. At worst, a bound is lifted in vain.

use std::{
    sync::{
        Mutex as StdMutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    task::Waker,
};

use crate::{
    sync::{
        Arc, Mutex, bug, lock,
        thread::{self, ThreadId},
    },
    thread::{
        current::ActorId,
        home,
        waker::{WakerToStore, wake},
    },
};

/// A task of tokio, or a thread if no task runs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reader {
    Task(u64),
    Thread(ThreadId),
}

impl Reader {
    fn here() -> Self {
        match home::task() {
            home::UNKNOWN => Self::Thread(thread::current().id()),
            task => Self::Task(task),
        }
    }
}

/// The part of a stream that tells its writer whether to wait for room.
#[derive(Default)]
pub(crate) struct Bound(Mutex<BoundState>);

#[derive(Default)]
struct BoundState {
    is_lifted: bool,
    writer: Option<Waker>,
}

impl BoundState {
    fn store(&mut self, waker: &mut WakerToStore<'_>) -> Room {
        if waker.store(&mut self.writer) { Room::Waits } else { Room::NeedsWaker }
    }
}

/// Whether a writer that found the buffer full has to wait.
pub(crate) enum Room {
    /// It need not wait: the bound is lifted.
    Unbounded,
    /// It is woken when there is room.
    Waits,
    /// Its waker has to be [prepared](WakerToStore::prepare) first.
    NeedsWaker,
}

impl Bound {
    /// Decides whether a writer has to wait, and stores its waker if so.
    pub(crate) fn wait(&self, waker: &mut WakerToStore<'_>) -> Room {
        let mut state = lock(&self.0);
        if state.is_lifted { Room::Unbounded } else { state.store(waker) }
    }

    /// Stores the waker of a writer that waits for what its reader does, whether the bound is lifted or not.
    pub(crate) fn watch(&self, waker: &mut WakerToStore<'_>) -> Room {
        lock(&self.0).store(waker)
    }

    pub(crate) fn is_lifted(&self) -> bool {
        lock(&self.0).is_lifted
    }

    /// Applies the bound, because the reader reads.
    pub(crate) fn restore(&self) {
        lock(&self.0).is_lifted = false;
    }

    /// Takes the writer's waker, to be woken once there is room.
    pub(crate) fn take_writer(&self) -> Option<Waker> {
        lock(&self.0).writer.take()
    }

    fn lift(&self) {
        let mut state = lock(&self.0);
        state.is_lifted = true;
        let writer = state.writer.take();
        drop(state);
        if bug("a writer is not told that it need not wait") {
            return;
        }
        writer.into_iter().for_each(wake);
    }
}

struct Entry {
    reader: Reader,
    actor: ActorId,
    bound: Arc<Bound>,
}

/// The number of parts of the registry.
const PARTS: usize = 16;

// std's mutex also in the models: no thread of a model is suspended while it holds one.
static READERS: [StdMutex<Vec<Entry>>; PARTS] = [const { StdMutex::new(Vec::new()) }; PARTS];

/// The number of entries of all parts.
static OPEN: AtomicUsize = AtomicUsize::new(0);

fn with_part<T>(actor: ActorId, f: impl FnOnce(&mut Vec<Entry>) -> T) -> T {
    let part = &READERS[actor.number() % PARTS];
    f(&mut part.lock().unwrap_or_else(PoisonError::into_inner))
}

/// A stream of `actor` that is read. Dropping it ends its registration.
pub(crate) struct Reading {
    actor: ActorId,
    bound: Arc<Bound>,
    reader: Option<Reader>,
}

impl Reading {
    pub(crate) fn new(actor: ActorId, bound: Arc<Bound>) -> Self {
        Self { actor, bound, reader: None }
    }

    /// Notes that the current task reads the stream.
    pub(crate) fn read_here(&mut self) {
        self.bound.restore();
        let reader = Reader::here();
        if self.reader == Some(reader) {
            return;
        }
        self.end();
        self.reader = Some(reader);
        let entry = Entry { reader, actor: self.actor, bound: self.bound.clone() };
        with_part(self.actor, |entries| entries.push(entry));
        OPEN.fetch_add(1, Ordering::Relaxed);
    }

    /// Notes that no more is read.
    pub(crate) fn end(&mut self) {
        if self.reader.take().is_none() {
            return;
        }
        OPEN.fetch_sub(1, Ordering::Relaxed);
        let entry = with_part(self.actor, |entries| {
            let at = entries.iter().position(|entry| Arc::ptr_eq(&entry.bound, &self.bound))?;
            Some(entries.swap_remove(at))
        });
        drop(entry);
    }

    /// Lifts the bounds of the other streams that the current task reads from the same actor.
    pub(crate) fn waits(&self) {
        lift_where(self.actor, |bound| !Arc::ptr_eq(bound, &self.bound));
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        self.end();
    }
}

/// Returns whether any stream is read.
#[inline]
pub(crate) fn is_anything_read() -> bool {
    OPEN.load(Ordering::Relaxed) != 0
}

/// Lifts the bounds of the streams that the current task reads from `actor`, because it waits for that.
#[inline]
pub(crate) fn waits_for(actor: ActorId) {
    if is_anything_read() {
        lift_where(actor, |_| true);
    }
}

#[cold]
#[inline(never)]
fn lift_where(actor: ActorId, is_wanted: impl Fn(&Arc<Bound>) -> bool) {
    let reader = Reader::here();
    let bounds: Vec<_> = with_part(actor, |entries| {
        let own = entries.iter().filter(|entry| entry.actor == actor && entry.reader == reader);
        own.map(|entry| entry.bound.clone()).filter(is_wanted).collect()
    });
    bounds.iter().for_each(|bound| bound.lift());
}
