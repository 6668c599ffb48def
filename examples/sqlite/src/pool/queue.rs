//! The reads that wait, in the order in which they were called.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use actor_runtime::cancel_safe;
use tokio::sync::Notify;

use crate::store::Store;

/// Runs a read and answers it. Returns whether the connection can be used for the next one.
pub(super) type Job = Box<dyn FnOnce(&mut Store, Arc<AtomicBool>) -> Connection + Send>;

/// What a read tells about the connection that it used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Connection {
    Works,
    HasFailed,
}

#[derive(Default)]
pub(super) struct Queue {
    reads: Mutex<Reads>,
    /// Wakes one reader. It wakes the next one if it leaves a read in the queue, since `Notify` does not count.
    arrived: Notify,
}

#[derive(Default)]
struct Reads {
    /// By number. A read whose caller is gone is removed, so the queue is never longer than the number of callers.
    waiting: BTreeMap<u64, Waiting>,
    next: u64,
    readers: usize,
    is_closed: bool,
}

/// A read that waits.
pub(super) struct Waiting {
    job: Job,
    is_gone: Arc<AtomicBool>,
}

impl Waiting {
    pub(super) fn run(self, store: &mut Store) -> Connection {
        (self.job)(store, self.is_gone)
    }
}

impl Queue {
    /// Adds a read. Returns `None` if the queue is closed.
    pub(super) fn push(queue: &Arc<Self>, job: Job) -> Option<Asked> {
        let is_gone = Arc::<AtomicBool>::default();
        let mut reads = queue.lock();
        if reads.is_closed {
            return None;
        }
        let number = reads.next;
        reads.next += 1;
        reads.waiting.insert(number, Waiting { job, is_gone: is_gone.clone() });
        drop(reads);
        queue.arrived.notify_one();
        Some(Asked { queue: queue.clone(), number, is_gone })
    }

    /// Waits until a read may have arrived.
    #[cancel_safe]
    pub(super) async fn arrival(&self) {
        // A place among the readers that wait is worth nothing: the first read of the queue goes to any of them.
        requeue(self.arrived.notified()).await;
    }

    /// Takes the read that has waited longest.
    pub(super) fn take(&self) -> Option<Waiting> {
        let mut reads = self.lock();
        let (_, first) = reads.waiting.pop_first()?;
        if !reads.waiting.is_empty() {
            self.arrived.notify_one();
        }
        Some(first)
    }

    pub(super) fn waiting(&self) -> usize {
        self.lock().waiting.len()
    }

    /// Refuses further reads.
    pub(super) fn close(&self) {
        self.lock().is_closed = true;
    }

    fn lock(&self) -> MutexGuard<'_, Reads> {
        self.reads.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A caller that waits for its read. Dropping it withdraws the read, or interrupts it.
pub(super) struct Asked {
    queue: Arc<Queue>,
    number: u64,
    is_gone: Arc<AtomicBool>,
}

impl Drop for Asked {
    fn drop(&mut self) {
        self.is_gone.store(true, Ordering::Relaxed);
        // Dropped outside of the lock, because it is the caller's code.
        let _read = self.queue.lock().waiting.remove(&self.number);
    }
}

/// A reader in all of its lives. When the last one is gone, the reads that wait are refused.
pub(super) struct Attendance(Arc<Queue>);

impl Attendance {
    pub(super) fn new(queue: &Arc<Queue>) -> Self {
        queue.lock().readers += 1;
        Self(queue.clone())
    }
}

impl Drop for Attendance {
    fn drop(&mut self) {
        let mut reads = self.0.lock();
        reads.readers -= 1;
        if reads.readers > 0 {
            return;
        }
        reads.is_closed = true;
        let refused = std::mem::take(&mut reads.waiting);
        drop(reads);
        drop(refused);
    }
}
