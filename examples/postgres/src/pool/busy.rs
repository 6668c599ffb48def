//! Who holds what.

use std::{
    collections::HashMap,
    fmt,
    panic::Location,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

/// No session became free in time.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Busy {
    /// How long the caller waited.
    pub waited: Duration,
    /// The most sessions that the pool may have.
    pub size: usize,
    /// How many sessions are being connected.
    pub connecting: usize,
    /// Why the last attempt to connect failed, if it did.
    pub connect_error: Option<String>,
    /// Who holds sessions, the longest first.
    pub holders: Vec<Holder>,
}

/// Who holds a session.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Holder {
    /// Where it was acquired.
    pub location: &'static Location<'static>,
    /// For how long it is held.
    pub held: Duration,
    /// The server's process.
    pub process_id: i32,
}

/// Who holds sessions. It is shared with the sessions, so that it outlives the life of a pool that panics.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    holders: Mutex<Holders>,
    next_id: AtomicU64,
}

type Holders = HashMap<u64, (&'static Location<'static>, Instant, i32)>;

impl Ledger {
    fn lock(&self) -> MutexGuard<'_, Holders> {
        self.holders.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn new_id(&self) -> u64 {
        self.next_id.fetch_add(1, Relaxed)
    }

    pub(super) fn len(&self) -> usize {
        self.lock().len()
    }

    pub(super) fn lend(&self, id: u64, location: &'static Location<'static>, process_id: i32) {
        self.lock().insert(id, (location, Instant::now(), process_id));
    }

    pub(super) fn put_back(&self, id: u64) {
        self.lock().remove(&id);
    }

    pub(super) fn holders(&self) -> Vec<Holder> {
        let holders = self.lock();
        let mut holders: Vec<Holder> = holders
            .values()
            .map(|(location, since, process_id)| Holder {
                location,
                held: since.elapsed(),
                process_id: *process_id,
            })
            .collect();
        holders.sort_by_key(|holder| std::cmp::Reverse(holder.held));
        holders
    }
}

impl fmt::Display for Busy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { waited, size, connecting, connect_error, holders } = self;
        write!(f, "no session within {waited:?}: {} of {size} are in use", holders.len())?;
        if *connecting > 0 {
            write!(f, ", {connecting} are being connected")?;
        }
        if let Some(error) = connect_error {
            write!(f, ", the last attempt to connect failed: {error}")?;
        }
        if let Some(Holder { location, held, process_id }) = holders.first() {
            write!(f, "; the longest for {held:?}, acquired at {location} (process {process_id})")?;
        }
        Ok(())
    }
}
