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

mod lease;

use std::{
    collections::{BTreeMap, VecDeque},
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};

use lease::{Served, Tenure};

use crate::{
    actor::{Capacity, Message},
    catch::{drop_caught, wake},
    current::{self, ActorId},
    error::TrySendError,
    exit::ExitReason,
    observe::{self, Trace},
    seat::Seat,
    stats::{Counts, Stats},
    sync::{Arc, AtomicBool, AtomicUsize, Mutex, MutexGuard, Ordering, bug, gap, lock},
};

/// How far the actor's life has come.
enum Phase {
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
pub(crate) struct Entry<M> {
    pub(crate) message: M,
    pub(crate) trace: Trace,
}

/// What a place in the queue is for.
pub(crate) enum Item<M> {
    Message(Entry<M>),
    /// The mailbox of a lease. When its turn comes, its messages alone are taken until it closes.
    Lease(Arc<Shared<M>>),
}

/// A sender that waits for room, and its message.
struct Waiting<M> {
    item: Item<M>,
    waker: Waker,
}

/// A handler at work.
struct Running {
    method: &'static str,
    since: Since,
}

/// Since when a handler runs, as far as that is known.
///
/// From its start if the actor is watched. Or else from when it first made somebody wait: from the
/// first message that came while it waited. Or else from when somebody first asked.
enum Since {
    Unknown,
    /// It waits, and nothing has come since.
    Waits,
    At(Instant),
}

impl Running {
    /// A handler that starts.
    fn new(method: &'static str, is_watched: bool) -> Self {
        let since = if is_watched { Since::At(Instant::now()) } else { Since::Unknown };
        Self { method, since }
    }

    /// For how long it has run, at the least.
    fn lasts(&mut self) -> Duration {
        let now = Instant::now();
        match self.since {
            Since::At(begun) => now - begun,
            Since::Unknown | Since::Waits => {
                self.since = Since::At(now);
                Duration::ZERO
            }
        }
    }
}

/// How much the loop has to do, as far as it knows without the queue's lock.
///
/// What takes the waker out of the queue makes it [`Busy`](Self::Busy), with the queue locked. So one
/// who finds it otherwise knows that nothing came.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(usize)]
enum Ease {
    /// It looks for messages, or was woken to do so, or nobody has to know.
    Busy,
    /// Its waker is parked, and it runs the handler of a `fn`.
    Ahead,
    /// Its waker is parked, and its actor is in its seat.
    Rests,
}

struct Queue<M> {
    phase: Phase,
    accepted: VecDeque<Item<M>>,
    /// By ticket, so in the order they came.
    waiting: BTreeMap<u64, Waiting<M>>,
    /// The loop's waker, while it waits for a message.
    parked: Option<Waker>,
    /// The loop's waker, since it first waited inside a handler or a hook: for an abort only.
    interrupt: Option<Waker>,
    /// Those who wait for the end, by ticket.
    watchers: BTreeMap<u64, Waker>,
    next_ticket: u64,
    /// The handler that runs.
    running: Option<Running>,
    counts: Counts,
    /// The lease that is being served, if this is an actor's own mailbox.
    served: Option<Box<Served<M>>>,
    /// How far the lease has come, if this is a lease's.
    tenure: Tenure,
}

impl<M> Queue<M> {
    fn new() -> Self {
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

    fn ticket(&mut self) -> u64 {
        self.next_ticket += 1;
        self.next_ticket
    }

    /// Notes that the handler that runs waits for something.
    fn note_wait(&mut self) {
        if let Some(running) = &mut self.running {
            if let Since::Unknown = running.since {
                running.since = Since::Waits;
            }
        } else if let Some(served) = &self.served {
            lock(&served.lease.queue).note_wait();
        }
    }

    /// Whether nothing is queued and nothing has to be told.
    fn is_empty(&self) -> bool {
        self.accepted.is_empty() && matches!(self.phase, Phase::Open)
    }

    /// Keeps the loop's waker. The one returned is to be dropped with the lock released.
    #[must_use]
    fn park(&mut self, cx: &Context<'_>) -> Option<Waker> {
        match &self.parked {
            Some(waker) if waker.will_wake(cx.waker()) => None,
            _ => self.parked.replace(cx.waker().clone()),
        }
    }

    /// Notes that no message runs, and ends the queue if it is to end when it is empty.
    fn seal_if_closing(&mut self) -> Option<ExitReason> {
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
    fn promote(&mut self, capacity: usize) -> Option<Waker> {
        if self.waiting.is_empty() || self.accepted.len() >= capacity {
            return None;
        }
        self.promote_first()
    }

    fn promote_first(&mut self) -> Option<Waker> {
        let (_, waiting) = self.waiting.pop_first()?;
        self.accepted.push_back(waiting.item);
        (!bug("a promoted sender sleeps on")).then_some(waiting.waker)
    }

    /// Those who wait for room in vain, to be woken with the lock released. Each takes its message
    /// back when it is polled.
    #[must_use]
    fn refuse(&mut self) -> Vec<Waker> {
        if self.waiting.is_empty() || bug("nobody is told that it closed") {
            return Vec::new();
        }
        // Nobody has to be woken twice, and no waker is cloned under the lock.
        let wakers = self.waiting.values_mut().map(|waiting| &mut waiting.waker);
        wakers.map(|waker| std::mem::replace(waker, Waker::noop().clone())).collect()
    }
}

/// What the loop finds, in its mailbox or beside it.
///
/// What is rare is boxed: each message is moved about as one of these.
pub(crate) enum Next<M> {
    /// A message to dispatch.
    Message(Entry<M>),
    /// A message whose caller has gone: to be dropped, not dispatched.
    Abandoned(Box<Entry<M>>),
    /// The mailbox of a lease: see [`Shared::serve`].
    Lease(Arc<Shared<M>>),
    /// No message will come any more, for this reason.
    Closed(Box<ExitReason>),
    /// Nothing: an event was handled instead.
    Event,
    /// Nothing: an event ended the actor.
    Panicked(Box<ExitReason>),
}

/// What a loop does after the message that it looks for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Before {
    /// It waits, if there is no other message: after a `fn` within the same poll.
    Wait,
    /// It has other things to do before it waits.
    More,
}

/// What became of a message that may wait for room.
pub(crate) enum Offered<M> {
    Accepted,
    /// It waits, under this ticket.
    Waiting(u64),
    Refused(Item<M>),
}

/// What an actor's loop and its handles have in common.
pub(crate) struct Shared<M> {
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
        if let Some(Running { since: since @ Since::Waits, .. }) = &mut queue.running {
            *since = Since::At(Instant::now());
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
        let queue = lock(&self.queue);
        if !matches!(queue.phase, Phase::Open) {
            drop(queue);
            return Offered::Refused(item);
        }
        let mut queue = gap("a sender is accepted later than it looked", queue, &self.queue);
        if queue.accepted.len() >= self.capacity.limit() || !queue.waiting.is_empty() {
            let ticket = queue.ticket();
            queue.waiting.insert(ticket, Waiting { item, waker: waker.clone() });
            return Offered::Waiting(ticket);
        }
        self.accept(queue, item);
        Offered::Accepted
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
            queue.waiting.insert(u64::MAX, Waiting { item, waker: Waker::noop().clone() });
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
        let mut queue = lock(&self.queue);
        let is_open = matches!(queue.phase, Phase::Open);
        let Some(waiting) = queue.waiting.get_mut(&ticket) else {
            return Poll::Ready(Ok(()));
        };
        if is_open {
            let stale = (!waiting.waker.will_wake(cx.waker()))
                .then(|| std::mem::replace(&mut waiting.waker, cx.waker().clone()));
            drop(queue);
            drop(stale);
            return Poll::Pending;
        }
        let waiting = queue.waiting.remove(&ticket);
        drop(queue);
        match waiting {
            Some(waiting) => Poll::Ready(Err(waiting.item)),
            None => Poll::Ready(Ok(())),
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

    /// Takes the next message or lease for the loop, or the news that there will be none.
    pub(crate) fn poll_next(&self, cx: &mut Context<'_>) -> Poll<Next<M>> {
        self.poll_next_before(cx, Before::More)
    }

    /// As [`poll_next`](Self::poll_next), by one who looks again within this poll, after the handler
    /// of a `fn`. If nothing comes meanwhile, it [has parked](Self::has_parked) by then.
    #[inline]
    pub(crate) fn poll_next_before(&self, cx: &mut Context<'_>, before: Before) -> Poll<Next<M>> {
        let mut queue = lock(&self.queue);
        // After an abort, what is queued stays there, for the end to refuse.
        if !self.is_aborted() {
            match queue.accepted.pop_front() {
                Some(Item::Message(entry)) => {
                    return Poll::Ready(self.begin(queue, entry, cx, before));
                }
                Some(Item::Lease(lease)) => return Poll::Ready(self.begin_lease(queue, lease)),
                None => {}
            }
            if let Some(reason) = queue.seal_if_closing() {
                return Poll::Ready(Next::Closed(Box::new(reason)));
            }
        }
        queue = gap("the loop parks later than it looked", queue, &self.queue);
        // The lock was not released since the mailbox was found empty, so no message is missed.
        let stale = queue.park(cx);
        let rests = self.seat.is_used() && !self.is_aborted();
        let ease = if rests { Ease::Rests } else { Ease::Busy };
        self.ease.store(ease as usize, Ordering::Relaxed);
        drop(queue);
        drop(stale);
        Poll::Pending
    }

    /// Waits without taking a message. Ready when no message will come any more and none is left, or
    /// with nothing as soon as a mailbox closes that `was_open`.
    pub(crate) fn poll_held(&self, was_open: bool, cx: &mut Context<'_>) -> Poll<Option<Next<M>>> {
        let mut queue = lock(&self.queue);
        queue.running = None;
        if !self.is_aborted() {
            if queue.accepted.is_empty()
                && let Some(reason) = queue.seal_if_closing()
            {
                return Poll::Ready(Some(Next::Closed(Box::new(reason))));
            }
            let has_closed = was_open && !matches!(queue.phase, Phase::Open);
            if has_closed && !bug("a close is not told while messages are held") {
                return Poll::Ready(None);
            }
        }
        queue = gap("the loop parks later than it looked", queue, &self.queue);
        let stale = queue.park(cx);
        drop(queue);
        drop(stale);
        Poll::Pending
    }

    /// Why the mailbox is closing, if it is.
    pub(crate) fn closing(&self) -> Option<Box<ExitReason>> {
        match &lock(&self.queue).phase {
            Phase::Closing(reason) => Some(Box::new(reason.clone())),
            Phase::Open | Phase::Sealed | Phase::Ended(_) => None,
        }
    }

    /// Gives the room of what was taken to the sender that has waited longest.
    #[must_use]
    #[inline]
    fn make_room(&self, queue: &mut Queue<M>) -> Option<Waker> {
        match queue.phase {
            Phase::Open => queue.promote(self.capacity.limit()),
            _ => None,
        }
    }

    /// Says that something was taken, and perhaps something else accepted in its place.
    #[inline]
    fn taken(promoted: Option<Waker>) {
        observe::depth(M::ACTOR, i32::from(promoted.is_some()) - 1);
        promoted.into_iter().for_each(wake);
    }

    /// Says what is to be done with a message that was taken, and gives its room to another.
    #[inline]
    fn begin<'q>(
        &'q self,
        mut queue: MutexGuard<'q, Queue<M>>,
        entry: Entry<M>,
        cx: &mut Context<'_>,
        before: Before,
    ) -> Next<M> {
        let promoted = self.make_room(&mut queue);
        let envelope = entry.message.envelope();
        let mut stale = None;
        let is_skipped = envelope.is_to_be_skipped() && !bug("nothing is skipped");
        if is_skipped {
            queue.counts.skipped += 1;
        } else {
            queue.counts.handled += 1;
            queue.running = Some(Running::new(envelope.method(), self.is_watched()));
            self.is_idle.store(false, Ordering::Relaxed);
            if before == Before::Wait && queue.is_empty() && envelope.is_now() {
                queue = gap("the loop parks ahead of what came", queue, &self.queue);
                stale = queue.park(cx);
                self.ease.store(Ease::Ahead as usize, Ordering::Relaxed);
            }
        }
        drop(queue);
        drop(stale);
        Self::taken(promoted);
        if is_skipped { Next::Abandoned(Box::new(entry)) } else { Next::Message(entry) }
    }

    /// Notes that the handler of an event runs.
    pub(crate) fn begin_event(&self, method: &'static str) {
        let mut queue = lock(&self.queue);
        queue.counts.events += 1;
        self.is_idle.store(false, Ordering::Relaxed);
        queue.running = Some(Running::new(method, self.is_watched()));
    }

    /// Accepts no more messages. What is in the queue is still handled, and then the actor ends for
    /// this reason; those who wait for room are refused.
    pub(crate) fn close(&self, reason: ExitReason) {
        let mut queue = lock(&self.queue);
        if !matches!(queue.phase, Phase::Open) {
            return;
        }
        queue.phase = Phase::Closing(reason);
        let wakers = [self.unpark(&mut queue), queue.tenure.waker()];
        let refused = queue.refuse();
        let lease = queue.lease();
        drop(queue);
        refused.into_iter().chain(wakers.into_iter().flatten()).for_each(wake);
        // Its holder is told now, not when it gives the lease back: nobody knows when that is.
        if let Some(lease) = lease {
            lease.close(ExitReason::Shutdown);
        }
    }

    /// Accepts no more messages, and tells the callers of those in the queue that the actor has
    /// stopped.
    pub(crate) fn seal(&self) {
        let mut queue = lock(&self.queue);
        if !matches!(queue.phase, Phase::Ended(_)) {
            queue.phase = Phase::Sealed;
        }
        self.ease.store(Ease::Busy as usize, Ordering::Relaxed);
        let left = std::mem::take(&mut queue.accepted);
        let refused = queue.refuse();
        let lease = queue.lease();
        drop(queue);
        refused.into_iter().for_each(wake);
        if let Some(lease) = lease.filter(|_| !bug("the end is not told to the lease")) {
            lease.seal();
        }
        // Callers first: dropping a message is up to the user, and may take its time, send or
        // panic. Whatever else it carries that somebody waits for was stopped as well.
        let ending = (!bug("the end is not told to callers")).then(current::ending);
        for item in left.iter().filter(|_| ending.is_some()) {
            match item {
                Item::Message(entry) => entry.message.envelope().stopped(),
                Item::Lease(lease) => lease.end(ExitReason::Aborted),
            }
            observe::depth(M::ACTOR, -1);
        }
        left.into_iter().for_each(drop_caught);
        drop(ending);
    }

    /// Reports the end. Nothing of the actor may be left by now.
    pub(crate) fn end(&self, reason: ExitReason) {
        self.seal();
        let mut queue = lock(&self.queue);
        if matches!(queue.phase, Phase::Ended(_)) {
            return;
        }
        queue.phase = Phase::Ended(reason.clone());
        queue.running = None;
        let wakers = [self.unpark(&mut queue), queue.interrupt.take()];
        let tenant = queue.tenure.waker();
        let watchers = std::mem::take(&mut queue.watchers);
        let lease = queue.stop_serving();
        drop(queue);
        drop(wakers);
        tenant.into_iter().for_each(wake);
        if let Some(lease) = lease.filter(|_| !bug("the end is not told to the lease")) {
            lease.end(reason.clone());
        }
        if self.actor.is_none() {
            observe::ended(M::ACTOR, &reason);
        }
        if !watchers.is_empty() && !bug("the end wakes nobody") {
            watchers.into_values().for_each(wake);
        }
    }

    /// The reason of the end, once it is there. `ticket` names the one who asks from one poll to
    /// the next.
    pub(crate) fn poll_ended(
        &self,
        ticket: &mut Option<u64>,
        cx: &mut Context<'_>,
    ) -> Poll<ExitReason> {
        let queue = lock(&self.queue);
        if let Phase::Ended(reason) = &queue.phase {
            return Poll::Ready(reason.clone());
        }
        let mut queue = gap("a watcher waits later than it looked", queue, &self.queue);
        let ticket = *ticket.get_or_insert_with(|| queue.ticket());
        let stale = queue.watchers.insert(ticket, cx.waker().clone());
        drop(queue);
        drop(stale);
        Poll::Pending
    }

    /// Forgets one who waited for the end.
    pub(crate) fn unwatch(&self, ticket: u64) {
        let waker = lock(&self.queue).watchers.remove(&ticket);
        drop(waker);
    }

    /// The reason of the end, if it has come.
    pub(crate) fn exit_reason(&self) -> Option<ExitReason> {
        match &lock(&self.queue).phase {
            Phase::Ended(reason) => Some(reason.clone()),
            Phase::Open | Phase::Closing(_) | Phase::Sealed => None,
        }
    }

    /// Whether a message would be accepted, if there were room.
    pub(crate) fn is_open(&self) -> bool {
        matches!(lock(&self.queue).phase, Phase::Open)
    }

    /// How many messages are in the queue.
    pub(crate) fn len(&self) -> usize {
        lock(&self.queue).accepted.len()
    }

    pub(crate) fn capacity(&self) -> Capacity {
        self.capacity
    }

    /// Notes that a handler panicked.
    pub(crate) fn panicked(&self, method: &'static str, message: &str) {
        lock(&self.queue).counts.panicked += 1;
        observe::panicked(M::ACTOR, method, message);
    }

    pub(crate) fn stats(&self) -> Stats {
        let mut queue = lock(&self.queue);
        self.watched.store(true, Ordering::Relaxed);
        let mut stats = Stats {
            queued: queue.accepted.len(),
            waiting: queue.waiting.len(),
            capacity: self.capacity,
            running: self.running_for(&mut queue),
            counts: Counts { handled: queue.counts.handled + self.inlined(), ..queue.counts },
            handles: self.handles.load(Ordering::Relaxed),
            lease: None,
        };
        if let Some(served) = &queue.served {
            served.add_to(&mut stats);
        }
        stats
    }
}

/// What the seat has to know, and to tell.
impl<M> Shared<M> {
    /// Whether the loop waits for a message, there is none, and the actor may be in its seat.
    #[inline]
    pub(crate) fn is_resting(&self) -> bool {
        self.ease.load(Ordering::Relaxed) == Ease::Rests as usize
            || bug("a call overtakes what is queued")
    }

    /// Goes to rest, if nothing has come since the last message was taken. The loop is to wait then,
    /// as after a look that found nothing.
    #[inline]
    pub(crate) fn has_parked(&self) -> bool {
        if self.ease.load(Ordering::Relaxed) != Ease::Ahead as usize {
            return false;
        }
        self.is_idle.store(true, Ordering::Relaxed);
        if !self.seat.is_used() {
            return true;
        }
        // In one step, so that no caller overtakes what comes right now.
        let (ahead, rests) = (Ease::Ahead as usize, Ease::Rests as usize);
        if bug("the loop rests although something came") {
            self.ease.store(rests, Ordering::Relaxed);
            return true;
        }
        self.ease.compare_exchange(ahead, rests, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }

    /// The handler that runs, and for how long it has, at the least.
    fn running_for(&self, queue: &mut Queue<M>) -> Option<(&'static str, Duration)> {
        let running = queue.running.as_mut().filter(|_| !self.is_idle.load(Ordering::Relaxed))?;
        Some((running.method, running.lasts()))
    }

    /// Wakes the loop for another reason than a message. From here on, nobody finds the actor in
    /// its seat until the loop has looked.
    pub(crate) fn disturb(&self) {
        let parked = self.unpark(&mut lock(&self.queue));
        parked.into_iter().for_each(wake);
    }

    /// Takes the loop's waker, to be woken with the lock released.
    #[must_use]
    fn unpark(&self, queue: &mut Queue<M>) -> Option<Waker> {
        self.ease.store(Ease::Busy as usize, Ordering::Relaxed);
        queue.parked.take()
    }

    /// Notes that a caller begins to run a handler. The caller has the actor in hand. Says whether
    /// the [end](Self::end_inline) is to be noted as well.
    #[inline]
    pub(crate) fn begin_inline(&self, method: &'static str) -> bool {
        let inlined = self.inlined.load(Ordering::Relaxed);
        self.inlined.store(inlined.wrapping_add(1), Ordering::Relaxed);
        let is_watched = self.is_watched();
        if is_watched {
            self.is_idle.store(false, Ordering::Relaxed);
            self.note_inline(Some(Running::new(method, true)));
        }
        is_watched
    }

    /// Notes that the handler is over.
    pub(crate) fn end_inline(&self) {
        self.note_inline(None);
    }

    #[cold]
    fn note_inline(&self, running: Option<Running>) {
        lock(&self.queue).running = running;
    }

    fn inlined(&self) -> u64 {
        self.inlined.load(Ordering::Relaxed) as u64
    }

    fn is_watched(&self) -> bool {
        self.watched.load(Ordering::Relaxed)
    }
}

impl<M> Shared<M> {
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

    pub(crate) fn is_aborted(&self) -> bool {
        self.aborted.load(Ordering::Acquire)
    }

    /// Asks the loop to end at once, and wakes it wherever it waits.
    pub(crate) fn abort(&self) {
        self.aborted.store(true, Ordering::Release);
        let mut queue = lock(&self.queue);
        let wakers = [self.unpark(&mut queue), queue.interrupt.take()];
        let lease = queue.lease();
        drop(queue);
        wakers.into_iter().flatten().for_each(wake);
        // The loop looks for messages there, and waits there.
        if let Some(lease) = lease.filter(|_| !bug("an abort does not look into the lease")) {
            lease.abort();
        }
    }

    /// Lets [`abort`](Self::abort) wake a loop that waits for something else than a message. Whether
    /// it was aborted before that is to be asked afterwards.
    pub(crate) fn interrupt_with(&self, cx: &mut Context<'_>) {
        let mut queue = lock(&self.queue);
        queue.note_wait();
        let stale = match &queue.interrupt {
            Some(waker) if waker.will_wake(cx.waker()) => None,
            _ => queue.interrupt.replace(cx.waker().clone()),
        };
        drop(queue);
        drop(stale);
    }
}
