//! The mailbox: the queue between the handles and the loop, and the life of the actor with it.
//!
//! One lock guards one queue, so each of these happens before or after each other one, and never
//! half: a message is accepted, a message is taken, the mailbox closes, the actor ends.
//! Invariants:
//!
//! 1. Messages are taken in the order they were accepted.
//! 2. A sender who waits for room leaves its message with the queue. The message is accepted when
//!    room is made, whether or not the sender is polled: room is never held by one who sleeps.
//!    A sender that is dropped before that takes its message away.
//! 3. Nobody is accepted before those who wait, but for [`Shared::force`].
//! 4. A message is refused exactly if the phase is past [`Phase::Open`] (for `force`: past
//!    [`Phase::Closing`]), and the phase only ever moves on.
//! 5. No code of the user (a drop, a waker) runs while the lock is held.
//!
//! What is in the queue is a message or a lease: see [`lease`].
//!
//! While the loop's waker is parked, nothing is queued, nobody waits for room and the mailbox is open.
//! A loop that takes the last message for a `fn` parks it already then, since nothing but that handler
//! comes before it looks again: what comes meanwhile wakes it, and what does not saves a look. Only a
//! loop that [rests](Ease::Rests) may be found in its [`seat`](crate::seat).

pub(crate) mod capacity;
pub(crate) mod end;
pub(crate) mod lease;
pub(crate) mod next;
pub(crate) mod queue;
pub(crate) mod rest;
pub(crate) mod running;
pub(crate) mod stats;

pub(crate) use self::{
    next::{Before, Next},
    queue::{Entry, Item},
};
use std::task::{Context, Poll, Waker};

use crate::{
    error::TrySendError,
    mailbox::{
        capacity::Capacity,
        queue::{Phase, Queue, Waiting},
        rest::Ease,
    },
    observe::{self, Trace},
    seat::Seat,
    slot::message::Message,
    sync::{Arc, AtomicBool, AtomicUsize, Mutex, MutexGuard, Ordering, bug, gap, lock},
    thread::current::ActorId,
    waker::{WakerToStore, wake},
};

/// What became of a message that may wait for room.
pub(crate) enum Offered<M: Message> {
    Accepted,
    /// It waits, under this ticket.
    Waiting(u64),
    Refused(Item<M>),
}

/// What an actor's loop and its handles have in common.
pub(crate) struct Shared<M: Message> {
    id: ActorId,
    /// The name of this actor, if it was given one.
    pub(crate) name: Option<Arc<str>>,
    capacity: Capacity,
    /// How many handles there are. At zero the mailbox closes.
    handles: AtomicUsize,
    aborted: AtomicBool,
    /// The mailbox of the actor, if this is the mailbox of a lease.
    actor: Option<Arc<Shared<M>>>,
    /// Where callers may find the actor.
    pub(crate) seat: Seat<M>,
    /// An [`Ease`].
    ease: AtomicUsize,
    /// Whether what the queue says to be running is over. Written by the loop.
    is_idle: AtomicBool,
    /// Handlers that ran on their callers' threads. Written by whoever has the actor in hand.
    inlined: AtomicUsize,
    /// Whether anybody has asked what runs. Only then is the clock read for every message, which
    /// may cost as much as the message.
    watched: AtomicBool,
    queue: Mutex<Queue<M>>,
}

impl<M: Message> Shared<M> {
    /// A mailbox with one handle, which the caller has to make.
    pub(crate) fn new(name: Option<Arc<str>>, capacity: Capacity) -> Arc<Self> {
        Self::of(ActorId::new(), name, capacity, None)
    }

    fn of(
        id: ActorId,
        name: Option<Arc<str>>,
        capacity: Capacity,
        actor: Option<Arc<Self>>,
    ) -> Arc<Self> {
        Arc::new(Self {
            id,
            name,
            capacity,
            handles: AtomicUsize::new(1),
            aborted: AtomicBool::new(false),
            actor,
            seat: Seat::new(),
            ease: AtomicUsize::new(Ease::Busy as usize),
            is_idle: AtomicBool::new(false),
            inlined: AtomicUsize::new(0),
            watched: AtomicBool::new(false),
            queue: Mutex::new(Queue::new()),
        })
    }

    fn entry(message: M) -> Entry<M> {
        Entry { message, trace: Trace::here() }
    }

    /// Accepts a message, and wakes the loop if it rests.
    #[inline(always)]
    fn accept(&self, mut queue: MutexGuard<'_, Queue<M>>, item: Item<M>) {
        if queue.accepted.capacity() == 0 {
            // Most actors never have more than one message at a time.
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

    /// Accepts `message` if there is room and nobody waits for it.
    pub(crate) fn try_offer(&self, message: M) -> Result<(), TrySendError<M>> {
        let entry = Self::entry(message);
        let queue = lock(&self.queue);
        if !matches!(queue.phase, Phase::Open) {
            drop(queue);
            return Err(TrySendError::Closed(entry.message));
        }
        if queue.accepted.len() >= self.capacity.limit() || !queue.waiting.is_empty() {
            drop(queue);
            return Err(TrySendError::Full(entry.message));
        }
        self.accept(queue, Item::Message(entry));
        Ok(())
    }

    /// Accepts `message`, or lets it wait for room: then [`poll_ticket`](Self::poll_ticket) tells
    /// what becomes of it.
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
                return Offered::Refused(item);
            }
            let mut queue = gap("a sender is accepted later than it looked", queue, &self.queue);
            if queue.accepted.len() < self.capacity.limit() && queue.waiting.is_empty() {
                self.accept(queue, item);
                return Offered::Accepted;
            }
            let mut stored = None;
            if waker.store(&mut stored) {
                let ticket = queue.ticket();
                queue.waiting.insert(ticket, Waiting { item, waker: stored });
                return Offered::Waiting(ticket);
            }
            drop(queue);
            waker.prepare();
        }
    }

    /// Accepts `message` even if the mailbox is full or closing, as long as the actor lives.
    pub(crate) fn force(&self, message: M) -> Result<(), M> {
        let entry = Self::entry(message);
        let mut queue = lock(&self.queue);
        let is_refused = match queue.phase {
            Phase::Open => false,
            Phase::Closing(_) => bug("cast_now is refused while closing"),
            Phase::Sealed | Phase::Ended(_) => true,
        };
        if is_refused {
            drop(queue);
            return Err(entry.message);
        }
        if bug("cast_now is overtaken") && !queue.accepted.is_empty() {
            let item = Item::Message(entry);
            queue.waiting.insert(u64::MAX, Waiting { item, waker: None });
            return Ok(());
        }
        self.accept(queue, Item::Message(entry));
        Ok(())
    }

    /// Whether what waited was accepted, or gives it back if the mailbox has closed.
    pub(crate) fn poll_ticket(
        &self,
        ticket: u64,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), Item<M>>> {
        let mut waker = WakerToStore::new(cx.waker());
        loop {
            let mut queue = lock(&self.queue);
            let is_open = matches!(queue.phase, Phase::Open);
            let Some(waiting) = queue.waiting.get_mut(&ticket) else {
                return Poll::Ready(Ok(()));
            };
            if !is_open {
                let waiting = queue.waiting.remove(&ticket);
                drop(queue);
                return Poll::Ready(waiting.map_or(Ok(()), |waiting| Err(waiting.item)));
            }
            if waker.store(&mut waiting.waker) {
                return Poll::Pending;
            }
            drop(queue);
            waker.prepare();
        }
    }

    /// Takes what still waits for room away.
    pub(crate) fn withdraw(&self, ticket: u64) -> Option<Item<M>> {
        if bug("a withdrawn message stays") {
            return None;
        }
        let waiting = lock(&self.queue).waiting.remove(&ticket)?;
        Some(waiting.item)
    }

    /// How many messages are in the queue.
    pub(crate) fn len(&self) -> usize {
        lock(&self.queue).accepted.len()
    }

    pub(crate) fn capacity(&self) -> Capacity {
        self.capacity
    }
}

impl<M: Message> Shared<M> {
    pub(crate) fn id(&self) -> ActorId {
        self.id
    }

    /// One more handle.
    pub(crate) fn add_handle(&self) {
        self.handles.fetch_add(1, Ordering::Relaxed);
    }

    /// One more handle, unless the last one is gone.
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

    /// One handle less. Says whether it was the last.
    pub(crate) fn remove_handle(&self) -> bool {
        self.handles.fetch_sub(1, Ordering::AcqRel) == 1
    }
}
