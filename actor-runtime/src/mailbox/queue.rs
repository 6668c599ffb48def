//! The queue, as it is under its lock.

use std::{
    collections::{BTreeMap, VecDeque},
    task::Waker,
};

use crate::mailbox::{
    Shared,
    lease::{Served, Tenure},
    running::Running,
};
use crate::{
    exit::ExitReason,
    mailbox::stats::Counts,
    observe::Trace,
    slot::message::Message,
    sync::{Arc, bug, lock},
};

/// How far the actor's life has come.
pub(super) enum Phase {
    /// Messages are accepted.
    Open,
    /// No more messages are accepted; those in the queue are being handled.
    Closing(ExitReason),
    /// The queue is done with; the actor is stopping.
    Sealed,
    /// The actor is gone, and said why.
    Ended(ExitReason),
}

/// A message in the queue, with what it brings along from where it was sent.
pub(crate) struct Entry<M: Message> {
    pub(crate) message: M,
    pub(crate) trace: Trace,
}

/// What a place in the queue is for.
pub(crate) enum Item<M: Message> {
    Message(Entry<M>),
    /// The mailbox of a lease. When its turn comes, its messages alone are taken until it closes.
    Lease(Arc<Shared<M>>),
}

/// A sender that waits for room, and its message.
pub(super) struct Waiting<M: Message> {
    pub(super) item: Item<M>,
    /// Taken once the sender is refused.
    pub(super) waker: Option<Waker>,
}

pub(super) struct Queue<M: Message> {
    pub(super) phase: Phase,
    pub(super) accepted: VecDeque<Item<M>>,
    /// By ticket, so in the order they came.
    pub(super) waiting: BTreeMap<u64, Waiting<M>>,
    /// The loop's waker, while it waits for a message.
    pub(super) parked: Option<Waker>,
    /// The loop's waker, since it first waited inside a handler or a hook: for an abort only.
    pub(super) interrupt: Option<Waker>,
    /// Those who wait for the end, by ticket.
    pub(super) watchers: BTreeMap<u64, Waker>,
    pub(super) next_ticket: u64,
    /// The handler that runs.
    pub(super) running: Option<Running>,
    pub(super) counts: Counts,
    /// The lease that is being served, if this is an actor's own mailbox.
    pub(super) served: Option<Box<Served<M>>>,
    /// How far the lease has come, if this is a lease's.
    pub(super) tenure: Tenure,
}

impl<M: Message> Queue<M> {
    pub(super) fn new() -> Self {
        Self {
            phase: Phase::Open,
            accepted: VecDeque::new(),
            waiting: BTreeMap::new(),
            parked: None,
            interrupt: None,
            watchers: BTreeMap::new(),
            next_ticket: 0,
            running: None,
            counts: Counts::default(),
            served: None,
            tenure: Tenure::Asked(None),
        }
    }

    pub(super) fn ticket(&mut self) -> u64 {
        self.next_ticket += 1;
        self.next_ticket
    }

    /// Notes that the handler that runs waits for something.
    pub(super) fn note_wait(&mut self) {
        if let Some(running) = &mut self.running {
            running.note_wait();
        } else if let Some(served) = &self.served {
            lock(&served.lease.queue).note_wait();
        }
    }

    /// Whether nothing is queued and nothing has to be told.
    pub(super) fn is_empty(&self) -> bool {
        self.accepted.is_empty() && matches!(self.phase, Phase::Open)
    }

    /// Notes that no message runs, and ends the queue if it is to end when it is empty.
    pub(super) fn seal_if_closing(&mut self) -> Option<ExitReason> {
        self.running = None;
        let Phase::Closing(reason) = &self.phase else {
            return None;
        };
        let reason = reason.clone();
        self.phase = Phase::Sealed;
        Some(reason)
    }

    /// Accepts the message of the sender that has waited longest, if there is room now.
    #[must_use]
    #[inline]
    pub(super) fn promote(&mut self, capacity: usize) -> Option<Waker> {
        if self.waiting.is_empty() || self.accepted.len() >= capacity {
            return None;
        }
        self.promote_first()
    }

    pub(super) fn promote_first(&mut self) -> Option<Waker> {
        let (_, waiting) = self.waiting.pop_first()?;
        self.accepted.push_back(waiting.item);
        waiting.waker.filter(|_| !bug("a promoted sender sleeps on"))
    }

    /// Those who wait for room in vain, to be woken with the lock released. Each takes its message
    /// back when it is polled.
    #[must_use]
    pub(super) fn refuse(&mut self) -> Vec<Waker> {
        if self.waiting.is_empty() || bug("nobody is told that it closed") {
            return Vec::new();
        }
        self.waiting.values_mut().filter_map(|waiting| waiting.waker.take()).collect()
    }
}
