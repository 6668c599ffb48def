//! Leases: a mailbox in the mailbox.
//!
//! A lease is a mailbox of its own, and an item in its actor's queue. When the loop comes to that
//! item, it takes messages from the lease alone until the lease has closed. So bounds, order,
//! skipping and closing are those of any mailbox, nothing in the actor's queue is moved or looked
//! at twice, and an actor that is never leased does nothing for it.
//! Invariants:
//!
//! 1. A lease is granted, is taken by its caller, closes: each under the lock of the lease's queue,
//!    so in one order. A lease that closed before it was taken was nobody's.
//! 2. The lock of a lease may be taken under that of its actor, never the other way round.
//! 3. An actor serves one lease at a time, and whatever closes, aborts or ends the actor does so to
//!    that lease as well.

use std::{
    task::{Context, Poll, Waker},
    time::Instant,
};

use crate::mailbox::{Item, Next, Offered, Phase, Queue, Shared};
use crate::{
    exit::ExitReason,
    mailbox::stats::{LeaseStats, Stats},
    slot::message::Message,
    sync::{Arc, MutexGuard, Ordering, bug, gap, lock},
    waker::wake,
};

/// How far a lease has come. An actor's own mailbox stays where it began.
pub(super) enum Tenure {
    /// Its turn has not come. The waker is the caller's.
    Asked(Option<Waker>),
    /// Its turn has come, and its caller has yet to take it.
    Granted,
    /// Its caller has it, or had it.
    Taken,
}

impl Tenure {
    /// The waker of the one who waits for the grant.
    pub(super) fn waker(&mut self) -> Option<Waker> {
        match self {
            Self::Asked(waker) => waker.take(),
            Self::Granted | Self::Taken => None,
        }
    }
}

/// A lease whose messages the loop takes.
pub(super) struct Served<M: Message> {
    pub(super) lease: Arc<Shared<M>>,
    since: Instant,
}

impl<M: Message> Served<M> {
    /// Adds what the lease knows to what its actor knows.
    pub(super) fn add_to(&self, stats: &mut Stats) {
        let mut queue = lock(&self.lease.queue);
        self.lease.watched.store(true, Ordering::Relaxed);
        stats.running = self.lease.running_for(&mut queue);
        stats.counts = stats.counts.and(queue.counts);
        stats.lease = Some(LeaseStats {
            lasted: self.since.elapsed(),
            queued: queue.accepted.len(),
            waiting: queue.waiting.len(),
        });
    }
}

impl<M: Message> Queue<M> {
    /// The lease that is being served.
    pub(super) fn lease(&self) -> Option<Arc<Shared<M>>> {
        self.served.as_ref().map(|served| served.lease.clone())
    }

    /// Ends the serving of a lease. The lease itself is to be ended with the lock released.
    pub(super) fn stop_serving(&mut self) -> Option<Arc<Shared<M>>> {
        let served = self.served.take()?;
        self.counts = self.counts.and(lock(&served.lease.queue).counts);
        Some(served.lease)
    }
}

impl<M: Message> Shared<M> {
    /// The mailbox of a lease of `actor`, with one handle, which the caller has to make.
    pub(crate) fn new_lease(actor: &Arc<Self>) -> Arc<Self> {
        Self::of(actor.id, None, actor.capacity, Some(actor.clone()))
    }

    /// Whether this is the mailbox of a lease.
    pub(crate) fn is_lease(&self) -> bool {
        self.actor.is_some()
    }

    /// Asks for a lease, as [`offer`](Self::offer) does for a message.
    pub(crate) fn offer_lease(&self, lease: &Arc<Self>, waker: &Waker) -> Offered<M> {
        self.offer_item(Item::Lease(lease.clone()), waker)
    }

    /// Goes on to the next item after a lease, which the loop has taken out of the queue.
    #[cold]
    pub(super) fn begin_lease(
        &self,
        mut queue: MutexGuard<'_, Queue<M>>,
        lease: Arc<Self>,
    ) -> Next<M> {
        queue.running = None;
        let promoted = self.make_room(&mut queue);
        drop(queue);
        Self::taken(promoted);
        Next::Lease(lease)
    }

    /// Serves `lease` from here on, if it is still wanted: its caller is there, and the actor is not
    /// about to end. Otherwise the lease ends.
    pub(crate) fn serve(&self, lease: &Arc<Self>) -> bool {
        let mut queue = lock(&self.queue);
        let is_closing = !matches!(queue.phase, Phase::Open);
        let queue_of_lease = lock(&lease.queue);
        let is_abandoned = !matches!(queue_of_lease.phase, Phase::Open);
        drop(queue_of_lease);
        if is_closing || is_abandoned {
            queue.counts.skipped += u64::from(is_abandoned);
            drop(queue);
            lease.end(ExitReason::Aborted);
            return false;
        }
        let mut queue = gap("an actor closes before it knows its lease", queue, &self.queue);
        queue.served = Some(Box::new(Served { lease: lease.clone(), since: Instant::now() }));
        true
    }

    /// Tells the caller of a lease that its turn has come.
    pub(crate) fn grant(&self) {
        let mut queue = lock(&self.queue);
        let waker = queue.tenure.waker();
        queue.tenure = Tenure::Granted;
        drop(queue);
        waker.into_iter().for_each(wake);
    }

    /// Takes a lease that was granted.
    ///
    /// # Errors
    ///
    /// If the lease has closed: the actor ends.
    pub(crate) fn poll_taken(&self, cx: &mut Context<'_>) -> Poll<Result<(), ()>> {
        let waker = cx.waker().clone();
        let mut queue = lock(&self.queue);
        let outcome = match queue.tenure {
            _ if !matches!(queue.phase, Phase::Open) => Poll::Ready(Err(())),
            Tenure::Asked(_) => Poll::Pending,
            Tenure::Granted | Tenure::Taken => Poll::Ready(Ok(())),
        };
        if outcome.is_ready() {
            if outcome == Poll::Ready(Ok(())) {
                queue.tenure = Tenure::Taken;
            }
            drop(queue);
            return outcome;
        }
        let mut queue = gap("a tenant waits later than it looked", queue, &self.queue);
        let stale = match &mut queue.tenure {
            Tenure::Asked(stored) => stored.replace(waker),
            Tenure::Granted | Tenure::Taken => Some(waker),
        };
        drop(queue);
        drop(stale);
        Poll::Pending
    }

    /// Whether anybody ever had this lease.
    pub(crate) fn was_taken(&self) -> bool {
        matches!(lock(&self.queue).tenure, Tenure::Taken)
            || bug("a lease that nobody had is released")
    }

    /// Ends the lease that is being served, and goes back to the actor's own messages.
    pub(crate) fn end_lease(&self) {
        let lease = lock(&self.queue).stop_serving();
        if let Some(lease) = lease {
            lease.end(ExitReason::Shutdown);
        }
    }
}

impl<M: Message> Shared<M> {
    /// Whether a lease is being served.
    pub(crate) fn is_leased(&self) -> bool {
        lock(&self.queue).served.is_some()
    }

    /// The mailbox of the actor that this is a handle of, be it through a lease or not.
    pub(crate) fn of_actor(self: &Arc<Self>) -> &Arc<Self> {
        self.actor.as_ref().unwrap_or(self)
    }
}
