//! Notifies an actor's loop of what became of the answers that may return to it.
//!
//! Only numbers travel here, so this module knows no types. The answers stay in their slots, which
//! the loop keeps in its records: see [`unread`](crate::slot::unread).
//!
//! # Invariants
//!
//! 1. An answer that returns is reported here before the caller that dropped it can make another call.
//!    The loop reads the reports after it takes a message and before it runs the message's handler. So
//!    a caller that drops a call and repeats it finds the actor as if the first had not been made.
//! 2. The loop checks for reports and stores its waker under one lock, so no wake-up is lost.

use std::task::{Context, Poll, Waker};

use crate::{
    sync::{Arc, AtomicUsize, Mutex, Ordering, bug, gap, lock},
    thread::waker::{WakerToStore, wake},
};

/// What became of the answer with this `id`. `order` is its position among all answers of the actor.
pub(crate) enum Report {
    /// The answer was sent.
    Answered { id: usize, order: usize },
    /// The caller can no longer read it.
    Returned { id: usize, order: usize },
    /// It was read, or will not be sent.
    Done { id: usize },
}

#[derive(Default)]
struct Inner {
    reports: Vec<Report>,
    /// The number of `Returned` in `reports`.
    returned: usize,
    waker: Option<Waker>,
    /// Whether any report wakes the waker, or only a `Returned`.
    wakes_on_any: bool,
}

/// What became of an answer that has a [`Returns`] of its own.
pub(crate) enum Fate {
    Read,
    Returned,
}

/// The reports that were not read yet.
#[derive(Default)]
pub(crate) struct Returns {
    inner: Mutex<Inner>,
    last: AtomicUsize,
}

impl Returns {
    /// Makes one for a single answer, for use with [`poll_fate`](Self::poll_fate).
    pub(crate) fn for_one_answer() -> Self {
        let inner = Mutex::new(Inner { wakes_on_any: true, ..Inner::default() });
        Self { inner, last: AtomicUsize::default() }
    }

    /// Completes when the answer was read or has returned.
    pub(crate) fn poll_fate(&self, cx: &mut Context<'_>) -> Poll<Fate> {
        let waker = cx.waker().clone();
        let inner = lock(&self.inner);
        let fate = inner.reports.iter().find_map(|report| match report {
            Report::Answered { .. } => None,
            Report::Returned { .. } => Some(Fate::Returned),
            Report::Done { .. } => Some(Fate::Read),
        });
        let Some(fate) = fate else {
            let mut inner = gap("an acknowledgement comes before the wait", inner, &self.inner);
            let stale = inner.waker.replace(waker);
            drop(inner);
            drop(stale);
            return Poll::Pending;
        };
        drop(inner);
        Poll::Ready(fate)
    }

    /// Returns a number that is higher than all it has returned before.
    pub(crate) fn next_number(&self) -> usize {
        self.last.fetch_add(1, Ordering::Relaxed)
    }

    fn push(&self, report: Report) {
        let mut inner = lock(&self.inner);
        let is_return = matches!(report, Report::Returned { .. });
        inner.returned += usize::from(is_return);
        inner.reports.push(report);
        let wakes = is_return || inner.wakes_on_any;
        let waker = if wakes { inner.waker.take() } else { None };
        drop(inner);
        if bug("an answer comes back in silence") {
            return;
        }
        waker.into_iter().for_each(wake);
    }

    /// Takes all reports.
    pub(crate) fn take(&self) -> Vec<Report> {
        let mut inner = lock(&self.inner);
        inner.returned = 0;
        std::mem::take(&mut inner.reports)
    }

    /// Stores the loop's waker, to be woken when an answer returns. Returns `true`, and stores
    /// nothing, if one has returned already.
    pub(crate) fn park(&self, waker: &Waker) -> bool {
        let mut waker = WakerToStore::new(waker);
        loop {
            let mut inner = lock(&self.inner);
            if inner.returned > 0 {
                return true;
            }
            if waker.store(&mut inner.waker) {
                return false;
            }
            drop(inner);
            waker.prepare();
        }
    }
}

/// Reports to a [`Returns`] what becomes of one answer.
#[derive(Clone)]
pub(crate) struct ReturnPath {
    returns: Arc<Returns>,
    id: usize,
}

impl ReturnPath {
    pub(crate) fn new(returns: &Arc<Returns>) -> Self {
        Self { returns: returns.clone(), id: returns.next_number() }
    }

    pub(crate) fn id(&self) -> usize {
        self.id
    }

    /// Numbers an answer at the time it is sent: its position among all answers of the actor.
    pub(crate) fn next_order(&self) -> usize {
        self.returns.next_number()
    }

    pub(crate) fn answered(&self, order: usize) {
        self.returns.push(Report::Answered { id: self.id, order });
    }

    pub(crate) fn returned(&self, order: usize) {
        self.returns.push(Report::Returned { id: self.id, order });
    }

    pub(crate) fn done(&self) {
        self.returns.push(Report::Done { id: self.id });
    }
}
