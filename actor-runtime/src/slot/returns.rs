//! The way back to an actor: tells its loop what became of answers that it wants back.
//!
//! It carries no answers, only their numbers, so it knows no types and can be held by anybody. The
//! answers stay in their slots, which the loop has on record ([`unread`](crate::slot::unread)).
//!
//! Invariants:
//!
//! 1. Who gives an answer back has told so here before it can call again. The loop looks here after it
//!    took a message and before it runs its handler. So a caller that gives up and asks again finds the
//!    actor as if it had never asked.
//! 2. The loop leaves its waker and looks in one step, so it sleeps through nothing.

use std::task::{Context, Poll, Waker};

use crate::{
    sync::{Arc, AtomicUsize, Mutex, Ordering, bug, gap, lock},
    waker::{WakerToStore, wake},
};

/// What became of an answer.
pub(crate) enum Event {
    /// It was given, as the one with this number.
    Answered { id: usize, order: usize },
    /// Nobody will read it.
    Returned { id: usize, order: usize },
    /// It was read, or there will be none.
    Done { id: usize },
}

#[derive(Default)]
struct Inner {
    events: Vec<Event>,
    /// How many of the events say that an answer came back.
    returned: usize,
    /// The loop's waker, while it waits.
    parked: Option<Waker>,
    /// Whether the waker is to be woken by an answer that was read, too.
    tells_all: bool,
}

/// What became of the only answer on its way.
pub(crate) enum Fate {
    Read,
    Returned,
}

/// What was not yet told to the loop.
#[derive(Default)]
pub(crate) struct Returns {
    inner: Mutex<Inner>,
    last: AtomicUsize,
}

impl Returns {
    /// For one answer, and for whoever wants to know of it in any case.
    pub(crate) fn that_tell_all() -> Self {
        let inner = Mutex::new(Inner { tells_all: true, ..Inner::default() });
        Self { inner, last: AtomicUsize::default() }
    }

    /// What became of the answer, once that is known.
    pub(crate) fn poll_fate(&self, cx: &mut Context<'_>) -> Poll<Fate> {
        let waker = cx.waker().clone();
        let inner = lock(&self.inner);
        let fate = inner.events.iter().find_map(|event| match event {
            Event::Answered { .. } => None,
            Event::Returned { .. } => Some(Fate::Returned),
            Event::Done { .. } => Some(Fate::Read),
        });
        let Some(fate) = fate else {
            let mut inner = gap("an acknowledgement comes before the wait", inner, &self.inner);
            let stale = inner.parked.replace(waker);
            drop(inner);
            drop(stale);
            return Poll::Pending;
        };
        drop(inner);
        Poll::Ready(fate)
    }

    /// A number, higher than all that were given out before.
    pub(crate) fn number(&self) -> usize {
        self.last.fetch_add(1, Ordering::Relaxed)
    }

    fn tell(&self, event: Event) {
        let mut inner = lock(&self.inner);
        let is_return = matches!(event, Event::Returned { .. });
        inner.returned += usize::from(is_return);
        inner.events.push(event);
        let is_news = is_return || inner.tells_all;
        let parked = if is_news { inner.parked.take() } else { None };
        drop(inner);
        if !bug("an answer comes back in silence") {
            parked.into_iter().for_each(wake);
        }
    }

    /// What was told since the last time.
    pub(crate) fn take(&self) -> Vec<Event> {
        let mut inner = lock(&self.inner);
        inner.returned = 0;
        std::mem::take(&mut inner.events)
    }

    /// Has the loop woken when an answer comes back. Says whether one has, so that it should not
    /// sleep.
    pub(crate) fn park(&self, waker: &Waker) -> bool {
        let mut waker = WakerToStore::new(waker);
        loop {
            let mut inner = lock(&self.inner);
            if inner.returned > 0 {
                return true;
            }
            if waker.store(&mut inner.parked) {
                return false;
            }
            drop(inner);
            waker.prepare();
        }
    }
}

/// The way back of one answer.
#[derive(Clone)]
pub(crate) struct Way {
    returns: Arc<Returns>,
    id: usize,
}

impl Way {
    pub(crate) fn new(returns: &Arc<Returns>) -> Self {
        Self { returns: returns.clone(), id: returns.number() }
    }

    pub(crate) fn id(&self) -> usize {
        self.id
    }

    /// Its place among all answers of the actor, asked for when it is given.
    pub(crate) fn order(&self) -> usize {
        self.returns.number()
    }

    pub(crate) fn answered(&self, order: usize) {
        self.returns.tell(Event::Answered { id: self.id, order });
    }

    pub(crate) fn returned(&self, order: usize) {
        self.returns.tell(Event::Returned { id: self.id, order });
    }

    pub(crate) fn done(&self) {
        self.returns.tell(Event::Done { id: self.id });
    }
}
