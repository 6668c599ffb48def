//! [`Known`]: what can be answered without asking a server.
//!
//! It is read and written without waiting, so it is behind a lock and not an actor: a look-up of an absolute name
//! that is in the cache costs its caller no message, on any executor.

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicU64, Ordering::Relaxed},
};

use hickory_proto::rr::Name;
use tokio::time::Instant;

use crate::{
    answer::{Answer, localhost},
    cache::{Cache, Found},
    config::Config,
    core::Outcome,
    error::Failed,
    question::Question,
};

/// The cache, shared by the core and all handles.
#[derive(Debug)]
pub(crate) struct Known {
    cache: Mutex<Cache>,
    prefetches: bool,
    hits: AtomicU64,
    stale: AtomicU64,
}

/// An outcome, and whether it is time to ask servers again.
pub(crate) struct Hit {
    pub(crate) outcome: Outcome,
    pub(crate) is_due: bool,
}

impl Known {
    pub(crate) fn new(config: &Config) -> Self {
        let cache = Mutex::new(Cache::new(config.cache, config.stale));
        let prefetches = config.prefetch;
        Self { cache, prefetches, hits: AtomicU64::new(0), stale: AtomicU64::new(0) }
    }

    /// Looks a question up. That an answer is due is reported once.
    pub(crate) fn find(&self, question: &Question, now: Instant) -> Option<Hit> {
        if let Some(answer) = localhost(question, now) {
            return Some(Hit { outcome: Ok(Arc::new(answer)), is_due: false });
        }
        let found = self.lock().find(question, now);
        let hit = match found {
            Found::Fresh(answer, is_due) => {
                Hit { outcome: Ok(answer), is_due: is_due && self.prefetches }
            }
            Found::Stale(answer, true) => {
                Hit { outcome: Ok(self.stale(&answer, now)), is_due: false }
            }
            Found::Failure(error) => Hit { outcome: Err(error), is_due: false },
            Found::Stale(_, false) | Found::Nothing => return None,
        };
        self.hits.fetch_add(1, Relaxed);
        Some(hit)
    }

    /// Returns an answer that has expired, and may be given if there is no other.
    pub(crate) fn find_stale(&self, question: &Question, now: Instant) -> Option<Arc<Answer>> {
        match self.lock().find(question, now) {
            Found::Stale(answer, _) => Some(answer),
            _ => None,
        }
    }

    /// Returns an answer that has expired in the form in which it is given, and counts it.
    pub(crate) fn stale(&self, answer: &Answer, now: Instant) -> Arc<Answer> {
        self.stale.fetch_add(1, Relaxed);
        Arc::new(answer.to_stale(now))
    }

    pub(crate) fn keep(&self, question: &Question, answer: Arc<Answer>) {
        self.lock().keep(question, answer);
    }

    pub(crate) fn keep_failure(&self, question: &Question, failed: Arc<Failed>, now: Instant) {
        self.lock().keep_failure(question, failed, now);
    }

    /// The old answer was given: it is given at once for a while.
    pub(crate) fn hold(&self, question: &Question, now: Instant) {
        self.lock().hold(question, now);
    }

    pub(crate) fn flush(&self, name: Option<&Name>) -> usize {
        self.lock().flush(name)
    }

    /// Returns the number of answers that are kept, of hits, and of expired answers that were given.
    pub(crate) fn counts(&self) -> (usize, u64, u64) {
        (self.lock().len(), self.hits.load(Relaxed), self.stale.load(Relaxed))
    }

    /// Each change of the cache is complete in itself, so a panic of another thread has left nothing half done.
    fn lock(&self) -> MutexGuard<'_, Cache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
