//! The mailbox: the queue between an actor's handles and its loop, and the actor's lifecycle.
//!
//! One lock guards the queue and the lifecycle, so accepting a message, taking a message, closing
//! the mailbox and ending the actor are atomic and totally ordered.
//!
//! # Invariants
//!
//! 1. Messages are taken in the order in which they were accepted. While messages are held back, those for
//!    handlers marked `always` are taken, in their order.
//! 2. A sender that waits for room leaves its message in [`Queue::waiting`]. The message is accepted
//!    as soon as there is room, whether or not the sender is polled, so a sender that is not polled
//!    never holds a free place. A sender that is dropped before that withdraws its message.
//! 3. No message is accepted ahead of one that waits for room, except by [`Shared::force`], and those for
//!    handlers marked `always` while the loop holds messages back.
//! 4. A message is refused as closed if and only if the phase is past [`Phase::Open`] (for `force`:
//!    past [`Phase::Closing`], unless the actor itself sends). The phase only moves forward.
//! 5. No user code runs while the lock is held: messages are dropped, and wakers cloned, woken and
//!    dropped, with the lock released. Wakers are cloned in advance (see [`WakerToStore`]). The one
//!    exception is [`Message::envelope`], which only names parts of the message; `#[actor]` writes
//!    it, and so does the author of an actor written by hand.
//! 6. While the [`LoopState`] is [`ParkedAhead`](LoopState::ParkedAhead) or
//!    [`Resting`](LoopState::Resting), the loop's waker is parked, the queue is
//!    empty, no sender waits for room and the mailbox is not closing. A caller may take the actor
//!    from its [`seat`](crate::seat) only while the state is [`Resting`](LoopState::Resting).
//!
//! The queue holds messages and [leases](lease).
//!
//! A loop that takes the last message parks its waker in the same step if the handler is a `fn`,
//! because only that handler runs before it looks at the queue again. Whatever arrives in between
//! takes the waker and makes the loop `Busy`; if nothing does, the loop needs no second look.

pub(crate) mod capacity;
pub(crate) mod counted;
pub(crate) mod drained;
pub(crate) mod end;
pub(crate) mod lease;
pub(crate) mod loop_state;
pub(crate) mod next;
pub(crate) mod queue;
pub(crate) mod restarts;
pub(crate) mod running;
pub(crate) mod stats;
mod waiters;
mod watchers;
mod yielding;

pub(crate) use self::{
    next::{Next, ParkAhead, Wait},
    queue::{Entry, Item},
};
use std::{
    any::Any,
    panic::{RefUnwindSafe, UnwindSafe},
    sync::Weak,
    task::{Context, Poll, Waker},
};

use crate::{
    error::{Method, Refusal, TrySendError, Unsent},
    mailbox::{
        capacity::Capacity,
        loop_state::LoopState,
        queue::{Phase, Queue},
        waiters::Waiting,
    },
    observe::{self, Trace},
    seat::Seat,
    slot::message::Message,
    sync::{Arc, AtomicBool, AtomicUsize, Mutex, MutexGuard, Ordering, bug, gap, lock},
    thread::{
        current::{self, ActorId},
        ring,
        waker::{WakerToStore, wake},
        worker::Runtime,
    },
};

/// The outcome of offering an item to a mailbox.
pub(crate) enum Offered<M: Message> {
    Accepted,
    /// The item waits for room under this ticket.
    Waiting(u64),
    /// The mailbox is closed. The message, unless the item is a lease.
    Refused(Option<Unsent<M>>),
}

/// The state that an actor's loop shares with its handles.
///
/// Held by the loop, by every handle, and by every lease of the actor.
pub(crate) struct Shared<M: Message> {
    id: ActorId,
    /// The name given to this actor, if any.
    pub(crate) name: Option<Arc<str>>,
    capacity: Capacity,
    /// The number of handles. The mailbox closes when it reaches zero.
    handles: AtomicUsize,
    aborted: AtomicBool,
    /// Whether a panic may end a life rather than the actor.
    is_restarted: AtomicBool,
    /// The actor's own mailbox, if this is the mailbox of a lease.
    actor: Option<Arc<Shared<M>>>,
    /// Where the loop runs.
    pub(crate) runtime: Runtime,
    /// Where the loop leaves an idle actor for its callers.
    pub(crate) seat: Seat<M>,
    /// A [`LoopState`].
    loop_state: AtomicUsize,
    /// What runs: see [`running`].
    activity: AtomicUsize,
    /// The number of handlers that began without the lock. Written only by the thread that holds the actor.
    handled_unlocked: AtomicUsize,
    /// The number of messages that the loop has [drained].
    unbegun: AtomicUsize,
    /// Whether a sender may wait for room. Set with the queue locked.
    is_wanted: AtomicBool,
    /// Whether the statistics have been read. The clock is read for every message only from then
    /// on, since that may cost as much as handling the message.
    watched: AtomicBool,
    queue: Mutex<Queue<M>>,
}

// What a panic may leave broken, the actor's state and a reply, is dropped or taken back by the loop and
// is never seen through a handle. Without these impls, whether a handle is unwind safe would depend on the
// actor's private fields.
impl<M: Message> UnwindSafe for Shared<M> {}
impl<M: Message> RefUnwindSafe for Shared<M> {}

impl<M: Message> Shared<M> {
    /// Creates a mailbox that counts one handle, which the caller must create.
    pub(crate) fn new(name: Option<Arc<str>>, capacity: Capacity) -> Arc<Self> {
        Self::of(ActorId::new(), name, capacity, None)
    }

    fn of(
        id: ActorId,
        name: Option<Arc<str>>,
        capacity: Capacity,
        actor: Option<Arc<Self>>,
    ) -> Arc<Self> {
        let tenancy = actor.is_some().then(Box::default);
        let is_watched = actor.as_ref().is_some_and(|actor| actor.is_watched());
        Arc::new(Self {
            id,
            name,
            capacity,
            handles: AtomicUsize::new(1),
            aborted: AtomicBool::new(false),
            is_restarted: AtomicBool::new(false),
            actor,
            runtime: Runtime::new(),
            seat: Seat::new(),
            loop_state: AtomicUsize::new(LoopState::Busy as usize),
            activity: AtomicUsize::new(running::RECORDED),
            handled_unlocked: AtomicUsize::new(0),
            unbegun: AtomicUsize::new(0),
            is_wanted: AtomicBool::new(false),
            watched: AtomicBool::new(is_watched),
            queue: Mutex::new(Queue::new(capacity.limit(), tenancy)),
        })
    }

    fn entry(message: M) -> Entry<M> {
        Entry { message, trace: Trace::here() }
    }

    /// Accepts `item` and wakes the loop if its waker is parked.
    #[inline(always)]
    fn accept(&self, mut queue: MutexGuard<'_, Queue<M>>, item: Item<M>) {
        if queue.accepted.capacity() == 0 {
            // Most actors never have more than one message queued.
            queue.accepted.reserve_exact(1);
        }
        queue.accepted.push_back(item);
        if let Some(running) = &mut queue.running {
            running.note_arrival();
        }
        let parked = self.unpark(&mut queue);
        drop(queue);
        observe::depth(M::ACTOR, 1);
        parked.into_iter().for_each(wake);
    }

    /// Accepts `message` if there is room and no sender waits for it.
    pub(crate) fn try_offer(&self, message: M) -> Result<(), TrySendError<M>> {
        let entry = Self::entry(message);
        let mut queue = lock(&self.queue);
        if !matches!(queue.phase, Phase::Open) {
            drop(queue);
            return Err(TrySendError::refused(self.refusal(), entry.unsent()));
        }
        if !self.has_room(&mut queue) {
            drop(queue);
            return Err(TrySendError::Full(entry.unsent()));
        }
        self.accept(queue, Item::Message(entry));
        Ok(())
    }

    /// Accepts `message`, or leaves it waiting for room; [`poll_ticket`](Self::poll_ticket) then
    /// reports its outcome.
    pub(crate) fn offer(&self, message: M, waker: &Waker) -> Offered<M> {
        self.offer_item(Item::Message(Self::entry(message)), waker)
    }

    #[inline]
    fn offer_item(&self, item: Item<M>, waker: &Waker) -> Offered<M> {
        let mut waker = WakerToStore::new(waker);
        loop {
            let queue = lock(&self.queue);
            if !matches!(queue.phase, Phase::Open) {
                drop(queue);
                return Offered::Refused(item.unsent());
            }
            let mut queue = gap("a sender is accepted later than it looked", queue, &self.queue);
            if self.has_room(&mut queue) || self.has_room_although_wanted(&mut queue) {
                self.accept(queue, item);
                return Offered::Accepted;
            }
            let mut stored = None;
            if waker.store(&mut stored) {
                let ticket = queue.ticket();
                // The loop takes it although there is no room, if it holds messages back.
                let parked = if item.is_always() { self.unpark(&mut queue) } else { None };
                let wait = ring::Wait::default();
                queue.waiting.push(ticket, Waiting { item, waker: stored, wait });
                drop(queue);
                parked.into_iter().for_each(wake);
                return Offered::Waiting(ticket);
            }
            drop(queue);
            waker.prepare();
        }
    }

    /// Accepts `message` even if the mailbox is full or closing.
    ///
    /// # Errors
    ///
    /// Returns the message if the queue was sealed or the actor has ended, or if the mailbox is closing
    /// and the actor itself sends: a handler that sends itself its next message would never end.
    pub(crate) fn force(&self, message: M) -> Result<(), Unsent<M>> {
        let entry = Self::entry(message);
        let is_own = current::actor() == Some(self.id) && !bug("an actor keeps itself alive");
        let mut queue = lock(&self.queue);
        let mut is_refused = match queue.phase {
            Phase::Open => false,
            Phase::Closing(_) => is_own,
            Phase::Sealed(_) | Phase::Ended(_) => true,
        };
        if bug("cast_now is refused while closing") {
            is_refused = !matches!(queue.phase, Phase::Open);
        }
        if is_refused {
            drop(queue);
            return Err(entry.unsent());
        }
        if bug("cast_now is overtaken") {
            // In an empty queue, nothing would ever promote it.
            if !queue.accepted.is_empty() {
                let item = Item::Message(entry);
                let wait = ring::Wait::default();
                queue.waiting.push(u64::MAX, Waiting { item, waker: None, wait });
                return Ok(());
            }
        }
        self.accept(queue, Item::Message(entry));
        Ok(())
    }

    /// Completes once the item that waits under `ticket` is accepted.
    ///
    /// # Errors
    ///
    /// Returns the message, unless the item is a lease, if the mailbox closed first.
    pub(crate) fn poll_ticket(
        &self,
        ticket: u64,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), Option<Unsent<M>>>> {
        let mut waker = WakerToStore::new(cx.waker());
        loop {
            let mut queue = lock(&self.queue);
            let is_open = matches!(queue.phase, Phase::Open);
            let Some(waiting) = queue.waiting.get_mut(ticket) else {
                return Poll::Ready(Ok(()));
            };
            if !is_open {
                let waiting = queue.waiting.remove(ticket);
                drop(queue);
                return Poll::Ready(waiting.map_or(Ok(()), |waiting| Err(waiting.item.unsent())));
            }
            if waker.store(&mut waiting.waker) {
                return Poll::Pending;
            }
            drop(queue);
            waker.prepare();
        }
    }

    /// Records that the handler that runs on this thread, if any, waits for room under `ticket`.
    ///
    /// # Errors
    ///
    /// The ring that this wait would close.
    #[cold]
    #[inline(never)]
    pub(crate) fn register_wait(&self, ticket: u64) -> Result<(), ring::Ring> {
        let Some(caller) = current::caller() else {
            return Ok(());
        };
        if caller == self.id {
            return Err(Vec::new());
        }
        let method = match lock(&self.queue).waiting.get_mut(ticket).map(|waiting| &waiting.item) {
            Some(Item::Message(entry)) => entry.message.envelope().method(),
            Some(Item::Lease(_)) => "lease",
            None => return Ok(()),
        };
        let wait = ring::Wait::begin(self.id, Method::new(M::ACTOR, method))?;
        if let Some(waiting) = lock(&self.queue).waiting.get_mut(ticket) {
            waiting.wait = wait;
        }
        Ok(())
    }

    /// Removes and returns the item under `ticket`, unless it was accepted already.
    pub(crate) fn withdraw(&self, ticket: u64) -> Option<Item<M>> {
        if bug("a withdrawn message stays") {
            return None;
        }
        let waiting = lock(&self.queue).waiting.remove(ticket)?;
        Some(waiting.item)
    }

    /// Why this mailbox, which is not open, refuses messages.
    #[cold]
    pub(crate) fn refusal(&self) -> Refusal {
        match &self.actor {
            Some(actor) if actor.is_open() => Refusal::LeaseEnded,
            _ => Refusal::Closed,
        }
    }

    /// The number of queued items.
    pub(crate) fn len(&self) -> usize {
        self.queued(&lock(&self.queue))
    }

    /// Releases memory that a burst of messages has left unused.
    ///
    /// The loop calls this whenever it lets other tasks run, which it does in the course of every burst.
    pub(crate) fn shrink(&self) {
        lock(&self.queue).shrink();
    }

    pub(crate) fn capacity(&self) -> Capacity {
        self.capacity
    }

    /// Records the scope of the children.
    pub(crate) fn set_children(&self, children: Weak<dyn Any + Send + Sync>) {
        let before = lock(&self.queue).children.replace(Box::new(children));
        drop(before);
    }

    /// Returns the scope of the children, if there is one.
    pub(crate) fn children(&self) -> Option<Arc<dyn Any + Send + Sync>> {
        let children = lock(&self.queue).children.as_ref()?.as_ref().clone();
        children.upgrade()
    }
}

impl<M: Message> Shared<M> {
    pub(crate) fn id(&self) -> ActorId {
        self.id
    }

    /// Counts one more handle.
    pub(crate) fn add_handle(&self) {
        self.handles.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts one more handle and returns `true`, unless no handle is left.
    pub(crate) fn try_add_handle(&self) -> bool {
        if bug("a handle is counted later than it looked") {
            let is_alive = self.handles.load(Ordering::Relaxed) > 0;
            self.handles.fetch_add(usize::from(is_alive), Ordering::Relaxed);
            return is_alive;
        }
        self.handles
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |handles| {
                (handles > 0).then_some(handles + 1)
            })
            .is_ok()
    }

    /// Counts one handle less, and returns whether it was the last.
    pub(crate) fn remove_handle(&self) -> bool {
        self.handles.fetch_sub(1, Ordering::AcqRel) == 1
    }
}
