//! The part of a mailbox that its lock guards.

use std::{any::Any, collections::VecDeque, mem, sync::Weak, task::Waker};

use crate::mailbox::{
    Shared,
    lease::{Served, Tenancy},
    restarts::Lives,
    running::{Names, Running},
    waiters::{Waiters, Waiting},
    watchers::Watchers,
    yielding::Yielding,
};
use crate::{
    error::{Method, Unsent},
    exit::{ExitReason, StoredReason},
    mailbox::stats::Counts,
    observe::Trace,
    slot::message::Message,
    sync::{Arc, bug},
};

/// The lifecycle of an actor. It only moves forward.
pub(super) enum Phase {
    /// Messages are accepted.
    Open,
    /// No message is accepted but by [`Shared::force`]; queued messages are still handled.
    Closing(StoredReason),
    /// No message is accepted, and no queued message is handled; the actor is stopping. For this reason, if the
    /// mailbox was closed before.
    Sealed(Option<StoredReason>),
    /// The actor has ended for this reason.
    Ended(StoredReason),
}

/// A message, with the tracing context of its sender.
pub(crate) struct Entry<M: Message> {
    pub(crate) message: M,
    pub(crate) trace: Trace,
}

impl<M: Message> Entry<M> {
    /// Hands the message back to its sender. The lock must not be held.
    #[cold]
    pub(super) fn unsent(self) -> Unsent<M> {
        let method = Method::new(M::ACTOR, self.message.envelope().method());
        Unsent::message(method, self.message)
    }
}

/// An item in the queue.
pub(crate) enum Item<M: Message> {
    Message(Entry<M>),
    /// The mailbox of a lease. When the loop reaches it, only its messages are taken until it closes.
    Lease(Arc<Shared<M>>),
}

impl<M: Message> Item<M> {
    /// As [`Entry::unsent`]; `None` for a lease.
    #[cold]
    pub(crate) fn unsent(self) -> Option<Unsent<M>> {
        match self {
            Self::Message(entry) => Some(entry.unsent()),
            Self::Lease(_) => None,
        }
    }
}

impl<M: Message> Item<M> {
    /// Returns `true` if the item is handled although messages are held back.
    pub(super) fn is_always(&self) -> bool {
        M::HAS_ALWAYS
            && matches!(self, Self::Message(entry) if entry.message.envelope().is_always())
    }

    /// Completes the call with an error: the actor has stopped.
    pub(super) fn stopped(&self) {
        match self {
            Self::Message(entry) => entry.message.envelope().stopped(),
            Self::Lease(lease) => lease.end(ExitReason::Aborted),
        }
    }

    fn into_message(self) -> Option<Entry<M>> {
        match self {
            Self::Message(entry) => Some(entry),
            Self::Lease(_) => None,
        }
    }
}

/// How much memory a queue keeps in any case, in bytes. A mailbox has two: see [`drained`](super::drained).
const KEPT_BYTES: usize = 32 * 1024;

/// Releases memory that a burst has left unused.
pub(super) fn shrink<T>(queue: &mut VecDeque<T>) {
    let kept = KEPT_BYTES / size_of::<T>();
    let (len, capacity) = (queue.len(), queue.capacity());
    // A quarter, so that each item is moved once at most while a burst is handled.
    if capacity > kept && len <= capacity / 4 {
        // `shrink_to` would be more code, for each type of message.
        let mut smaller = VecDeque::with_capacity((2 * len).max(kept));
        smaller.append(queue);
        *queue = smaller;
    }
}

/// See the [module of the mailbox](crate::mailbox).
pub(super) struct Queue<M: Message> {
    pub(super) phase: Phase,
    pub(super) accepted: VecDeque<Item<M>>,
    /// If no more than this are in `accepted`, the capacity is kept. See also [`Shared::has_room`].
    pub(super) room: usize,
    pub(super) waiting: Waiters<M>,
    /// The loop's waker, while it waits for a message or is about to.
    pub(super) parked: Option<Waker>,
    /// The tasks that [yield to the loop](Shared::poll_turn).
    pub(super) yielding: Yielding,
    /// The loop's waker, for aborts only. Set whenever the loop waits for something other than a message.
    pub(super) interrupt: Option<Waker>,
    /// The tasks that wait for the exit.
    pub(super) watchers: Watchers,
    pub(super) next_ticket: u64,
    /// The accepted items before this position are no messages that are handled [always](Item::is_always).
    pub(super) always_from: usize,
    /// Nor are those that wait for room under a lower ticket.
    always_waiting_from: u64,
    /// The names that [`Shared::activity`] refers to.
    pub(super) names: Names,
    /// The handler that is running. See also [`Shared::activity`].
    pub(super) running: Option<Running>,
    pub(super) counts: Counts,
    /// The lives of the actor, once it has been restarted or a task waits for that.
    pub(super) lives: Option<Box<Lives>>,
    /// The scope of the children of the current life, once it has one. Its type is known above this layer.
    pub(super) children: Option<Box<Weak<dyn Any + Send + Sync>>>,
    /// The lease that is being served, in an actor's own mailbox.
    pub(super) served: Option<Box<Served<M>>>,
    /// How far this lease has come, in the mailbox of a lease.
    pub(super) tenancy: Option<Box<Tenancy>>,
}

impl<M: Message> Queue<M> {
    pub(super) fn new(room: usize, tenancy: Option<Box<Tenancy>>) -> Self {
        Self {
            phase: Phase::Open,
            accepted: VecDeque::new(),
            room,
            waiting: Waiters::new(),
            parked: None,
            yielding: Yielding::default(),
            interrupt: None,
            watchers: Watchers::default(),
            next_ticket: 0,
            always_from: 0,
            always_waiting_from: 0,
            names: Names::default(),
            running: None,
            counts: Counts::default(),
            lives: None,
            children: None,
            served: None,
            tenancy,
        }
    }

    /// Returns a ticket greater than all before it.
    pub(super) fn ticket(&mut self) -> u64 {
        self.next_ticket += 1;
        self.next_ticket
    }

    /// Releases memory that a burst of messages has left unused.
    pub(super) fn shrink(&mut self) {
        shrink(&mut self.accepted);
    }

    /// Seals the queue if it is closing. Returns whether it was. The queue must be empty.
    pub(super) fn seal_if_closing(&mut self) -> bool {
        let is_closing = matches!(self.phase, Phase::Closing(_));
        if is_closing {
            self.seal();
        }
        is_closing
    }

    /// Seals the queue, unless the actor has ended.
    pub(super) fn seal(&mut self) {
        self.phase = match mem::replace(&mut self.phase, Phase::Open) {
            Phase::Open => Phase::Sealed(None),
            Phase::Closing(reason) => Phase::Sealed(Some(reason)),
            phase @ (Phase::Sealed(_) | Phase::Ended(_)) => phase,
        };
    }

    /// Takes the first message that is handled although messages are held back: one that was accepted, or,
    /// with the waker of its sender, one that waits for room.
    pub(super) fn take_always(&mut self) -> Option<(Entry<M>, Option<Waker>)> {
        let mut accepted = self.accepted.range(self.always_from.min(self.accepted.len())..);
        if let Some(ahead) = accepted.position(Item::is_always) {
            self.always_from += ahead;
            return Some((self.accepted.remove(self.always_from)?.into_message()?, None));
        }
        self.always_from = self.accepted.len();
        if !matches!(self.phase, Phase::Open) {
            return None;
        }
        let is_always = |waiting: &Waiting<M>| waiting.item.is_always();
        let ticket = self.waiting.find(self.always_waiting_from, is_always);
        self.always_waiting_from = ticket.unwrap_or(self.next_ticket + 1);
        let waiting = self.waiting.remove(ticket?)?;
        drop(waiting.wait);
        Some((waiting.item.into_message()?, waiting.waker))
    }

    /// Accepts the item of the sender that has waited longest, if there is room.
    #[must_use]
    #[inline]
    pub(super) fn promote(&mut self, room: usize) -> Option<Waker> {
        if self.waiting.is_empty() || self.accepted.len() >= room {
            return None;
        }
        self.promote_first()
    }

    #[inline(never)]
    fn promote_first(&mut self) -> Option<Waker> {
        let waker = self.waiting.move_first(&mut self.accepted);
        if bug("a promoted sender sleeps on") { None } else { waker }
    }

    /// Takes the wakers of all senders that wait for room, to be woken with the lock released. Each
    /// takes its item back when it is polled.
    #[must_use]
    pub(super) fn refuse(&mut self) -> Vec<Waker> {
        if self.waiting.is_empty() || bug("nobody is told that it closed") {
            return Vec::new();
        }
        let refuse = |waiting: &mut Waiting<M>| {
            waiting.wait.end();
            waiting.waker.take()
        };
        let mut wakers = Vec::new();
        self.waiting.for_each(|waiting| wakers.extend(refuse(waiting)));
        wakers
    }
}
