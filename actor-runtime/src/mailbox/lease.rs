//! Leases: exclusive access to an actor, as a mailbox within its mailbox.
//!
//! A lease is a mailbox of its own and an item in its actor's queue. When the loop reaches that item,
//! it takes messages from the lease only, until the lease closes. Capacity, order, skipping and
//! closing therefore work as in any mailbox, the actor's queue is untouched meanwhile, and an actor
//! that is never leased pays nothing.
//!
//! # Invariants
//!
//! 1. A lease is granted, taken by its caller, and closed under the lock of its own queue, so these
//!    steps are totally ordered. A lease that closes before it is taken was never held.
//! 2. Lock order: the lock of a lease may be acquired while that of its actor is held, never the
//!    other way round.
//! 3. An actor serves at most one lease at a time, and whatever closes, aborts or ends the actor
//!    does the same to that lease.

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
    thread::{ring::Wait, waker::wake},
};

/// A lease, as its own mailbox records it.
#[derive(Default)]
pub(super) struct Tenancy {
    grant: Grant,
    /// The wait of the handler that has asked for the lease.
    wait: Wait,
}

/// How far a lease has come.
enum Grant {
    /// The loop has not reached the lease. The waker is that of the caller.
    Pending(Option<Waker>),
    /// The loop serves the lease, and the caller has yet to take it.
    Granted,
    /// The caller has taken the lease, and may have returned it since.
    Taken,
}

impl Default for Grant {
    fn default() -> Self {
        Self::Pending(None)
    }
}

impl Tenancy {
    /// Ends the wait of the caller, and takes its waker.
    fn end_wait(&mut self) -> Option<Waker> {
        self.wait.end();
        match &mut self.grant {
            Grant::Pending(waker) => waker.take(),
            Grant::Granted | Grant::Taken => None,
        }
    }
}

/// The lease whose messages the loop takes.
pub(super) struct Served<M: Message> {
    pub(super) lease: Arc<Shared<M>>,
    since: Instant,
}

impl<M: Message> Served<M> {
    /// Adds the statistics of the lease to those of its actor.
    pub(super) fn add_to(&self, stats: &mut Stats) {
        let mut queue = lock(&self.lease.queue);
        self.lease.watched.store(true, Ordering::Relaxed);
        stats.running = self.lease.running_for(&mut queue).or(stats.running);
        stats.counts = stats.counts.and(self.lease.counts(&queue));
        stats.lease = Some(LeaseStats {
            lasted: self.since.elapsed(),
            queued: self.lease.queued(&queue),
            waiting: queue.waiting.len(),
        });
    }
}

impl<M: Message> Queue<M> {
    /// Ends the wait of the caller of this lease, and takes its waker.
    #[must_use]
    pub(super) fn end_tenancy(&mut self) -> Option<Waker> {
        self.tenancy.as_mut()?.end_wait()
    }

    /// Returns the lease that is being served.
    pub(super) fn lease(&self) -> Option<Arc<Shared<M>>> {
        self.served.as_ref().map(|served| served.lease.clone())
    }

    /// Stops serving the lease and returns it, to be ended with the lock released.
    pub(super) fn stop_serving(&mut self) -> Option<Arc<Shared<M>>> {
        let served = self.served.take()?;
        self.counts = self.counts.and(served.lease.counts(&lock(&served.lease.queue)));
        Some(served.lease)
    }
}

impl<M: Message> Shared<M> {
    /// Creates the mailbox of a lease of `actor`. It counts one handle, which the caller must create.
    pub(crate) fn new_lease(actor: &Arc<Self>) -> Arc<Self> {
        Self::of(actor.id, None, actor.capacity, Some(actor.clone()))
    }

    /// Returns whether this is the mailbox of a lease.
    pub(crate) fn is_lease(&self) -> bool {
        self.actor.is_some()
    }

    /// Queues a request for `lease`, as [`offer`](Self::offer) does with a message.
    pub(crate) fn offer_lease(&self, lease: &Arc<Self>, waker: &Waker) -> Offered<M> {
        self.offer_item(Item::Lease(lease.clone()), waker)
    }

    /// Gives the room of `lease`, which the loop has taken from the queue, to a waiting sender.
    #[cold]
    pub(super) fn begin_lease(
        &self,
        mut queue: MutexGuard<'_, Queue<M>>,
        lease: Arc<Self>,
    ) -> Next<M> {
        self.set_running(&mut queue, None);
        let promoted = self.promote_waiting(&mut queue);
        drop(queue);
        Self::report_taken(promoted);
        Next::Lease(lease)
    }

    /// Starts to serve `lease`, or ends it and returns `false` if its caller has gone or the actor is
    /// closing.
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

    /// Keeps the wait of the handler that asks for this lease, until that is over.
    pub(crate) fn keep_wait(&self, wait: Wait) {
        if let Some(tenancy) = &mut lock(&self.queue).tenancy {
            tenancy.wait = wait;
        }
    }

    /// Grants this lease to its caller.
    pub(crate) fn grant(&self) {
        let mut queue = lock(&self.queue);
        let waker = queue.end_tenancy();
        if let Some(tenancy) = &mut queue.tenancy {
            tenancy.grant = Grant::Granted;
        }
        drop(queue);
        waker.into_iter().for_each(wake);
    }

    /// Takes this lease once it is granted.
    ///
    /// # Errors
    ///
    /// Returns an error if the lease has closed, because the actor is closing or has ended.
    pub(crate) fn poll_taken(&self, cx: &mut Context<'_>) -> Poll<Result<(), ()>> {
        let waker = cx.waker().clone();
        let mut queue = lock(&self.queue);
        let is_open = matches!(queue.phase, Phase::Open);
        let Some(tenancy) = queue.tenancy.as_mut().filter(|_| is_open) else {
            return Poll::Ready(Err(()));
        };
        if let Grant::Granted | Grant::Taken = tenancy.grant {
            tenancy.grant = Grant::Taken;
            return Poll::Ready(Ok(()));
        }
        let mut queue = gap("a tenant waits later than it looked", queue, &self.queue);
        let stale = match queue.tenancy.as_mut().map(|tenancy| &mut tenancy.grant) {
            Some(Grant::Pending(stored)) => stored.replace(waker),
            _ => Some(waker),
        };
        drop(queue);
        drop(stale);
        Poll::Pending
    }

    /// Returns whether the caller of this lease ever held it.
    pub(crate) fn was_taken(&self) -> bool {
        if bug("a lease that nobody had is released") {
            return true;
        }
        let queue = lock(&self.queue);
        queue.tenancy.as_ref().is_some_and(|tenancy| matches!(tenancy.grant, Grant::Taken))
    }

    /// Ends the lease that is being served, so that the actor's own messages are next.
    pub(crate) fn end_lease(&self) {
        self.end_lease_with(ExitReason::Shutdown);
    }

    /// Ends the lease that is being served for `reason`.
    pub(crate) fn end_lease_with(&self, reason: ExitReason) {
        let lease = lock(&self.queue).stop_serving();
        if let Some(lease) = lease {
            lease.end(reason);
        }
    }
}

impl<M: Message> Shared<M> {
    /// Returns whether a lease is being served.
    pub(crate) fn is_leased(&self) -> bool {
        lock(&self.queue).served.is_some()
    }

    /// Returns the actor's own mailbox: this one, unless it is that of a lease.
    pub(crate) fn of_actor(self: &Arc<Self>) -> &Arc<Self> {
        self.actor.as_ref().unwrap_or(self)
    }
}
