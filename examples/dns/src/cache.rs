//! [`Cache`]: the answers that are kept, and for how long.

use std::{collections::HashMap, mem, sync::Arc, time::Duration};

use hickory_proto::rr::Name;
use tokio::time::Instant;

use crate::{
    answer::Answer,
    config::Stale,
    error::{Failed, LookupError},
    question::Question,
};

/// A failure is not tried again for this time (RFC 9520 asks for at least a second).
const FAILURE: Duration = Duration::from_secs(1);
/// While expired answers are given, servers are asked no more often than this (RFC 8767).
const STALE_RETRY: Duration = Duration::from_secs(30);

/// The size of an answer, on average, for which there is room. If answers are longer, fewer of them are kept.
const SIZE: usize = 512;

/// A bounded map. It consists of two generations, each of half the size: what is used moves to the young one,
/// and when that is full, it becomes the old one, and what was in the old one is forgotten.
#[derive(Debug)]
pub(crate) struct Cache {
    young: HashMap<Question, Entry>,
    old: HashMap<Question, Entry>,
    half: usize,
    /// The bytes of the answers that were put into the young generation.
    bytes: usize,
    /// How long answers are kept after they have expired.
    kept: Duration,
}

#[derive(Debug)]
struct Entry {
    kept: Kept,
    /// Until when servers are not asked again, although the answer has expired.
    asks_not_before: Option<Instant>,
    is_prefetched: bool,
}

#[derive(Debug)]
enum Kept {
    Answer(Arc<Answer>),
    Failure(Arc<Failed>, Instant),
}

/// What the cache has for a question.
#[derive(Debug)]
pub(crate) enum Found {
    Nothing,
    /// An answer, and whether it is time to look it up again.
    Fresh(Arc<Answer>, bool),
    /// An answer that has expired and may be given if there is no other, and whether servers were asked so
    /// recently that it is to be given at once.
    Stale(Arc<Answer>, bool),
    Failure(LookupError),
}

impl Cache {
    pub(crate) fn new(size: usize, stale: Stale) -> Self {
        let kept = match stale {
            Stale::No => Duration::ZERO,
            Stale::After { max, .. } => max,
        };
        Self { young: HashMap::new(), old: HashMap::new(), half: size.div_ceil(2), bytes: 0, kept }
    }

    /// Looks a question up. An answer is reported once only as one to be looked up again.
    pub(crate) fn find(&mut self, question: &Question, now: Instant) -> Found {
        let kept = self.kept;
        if let Some(entry) = self.young.get_mut(question) {
            return entry.find(kept, now);
        }
        let Some(mut entry) = self.old.remove(question) else { return Found::Nothing };
        let found = entry.find(kept, now);
        if !matches!(found, Found::Nothing) {
            self.put(question.clone(), entry);
        }
        found
    }

    /// Keeps an answer for as long as it holds.
    pub(crate) fn keep(&mut self, question: &Question, answer: Arc<Answer>) {
        self.old.remove(question);
        if answer.whole_ttl() == 0 {
            // It replaces what was kept before.
            self.young.remove(question);
            return;
        }
        self.put(question.clone(), Entry::new(Kept::Answer(answer)));
    }

    /// No server has answered: keeps that for a moment, unless there is an old answer.
    pub(crate) fn keep_failure(&mut self, question: &Question, failed: Arc<Failed>, now: Instant) {
        let kept = self.kept;
        let entry = match self.young.get_mut(question) {
            Some(entry) => Some(entry),
            None => self.old.get_mut(question),
        };
        if let Some(entry) = entry
            && matches!(entry.find(kept, now), Found::Stale(..))
        {
            entry.asks_not_before = Some(now + STALE_RETRY);
        } else {
            self.put(question.clone(), Entry::new(Kept::Failure(failed, now + FAILURE)));
        }
    }

    /// Servers are slow, and the old answer was given: it is given at once for a while.
    pub(crate) fn hold(&mut self, question: &Question, now: Instant) {
        if let Some(entry) = self.young.get_mut(question) {
            entry.asks_not_before = Some(now + STALE_RETRY);
        }
    }

    /// Forgets a name and all names below it, or everything. Returns the number of answers.
    pub(crate) fn flush(&mut self, name: Option<&Name>) -> usize {
        let before = self.len();
        for entries in [&mut self.young, &mut self.old] {
            entries.retain(|question, _| name.is_some_and(|name| !name.zone_of(&question.name)));
        }
        before - self.len()
    }

    pub(crate) fn len(&self) -> usize {
        self.young.len() + self.old.len()
    }

    fn put(&mut self, question: Question, entry: Entry) {
        if self.half == 0 {
            return;
        }
        let is_full = self.young.len() >= self.half || self.bytes >= self.half.saturating_mul(SIZE);
        if is_full && !self.young.contains_key(&question) {
            self.old = mem::take(&mut self.young);
            self.bytes = 0;
        }
        if let Kept::Answer(answer) = &entry.kept {
            self.bytes = self.bytes.saturating_add(answer.size());
        }
        self.young.insert(question, entry);
    }
}

impl Entry {
    fn new(kept: Kept) -> Self {
        Self { kept, asks_not_before: None, is_prefetched: false }
    }

    /// Returns what holds now. `kept` is how long answers are of use after they have expired.
    fn find(&mut self, kept: Duration, now: Instant) -> Found {
        match &self.kept {
            Kept::Answer(answer) if now < answer.expires() => {
                let left = answer.expires() - now;
                let is_last_tenth = left * 10 < answer.expires() - answer.came();
                let is_due = is_last_tenth && !mem::replace(&mut self.is_prefetched, true);
                Found::Fresh(answer.clone(), is_due)
            }
            Kept::Answer(answer) if now < answer.expires() + kept => {
                let is_held = self.asks_not_before.is_some_and(|at| now < at);
                Found::Stale(answer.clone(), is_held)
            }
            Kept::Failure(failed, until) if now < *until => {
                Found::Failure(LookupError::Failed(failed.clone()))
            }
            _ => Found::Nothing,
        }
    }
}
