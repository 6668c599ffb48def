//! The seat: where the loop leaves an idle actor, for callers to run handlers on their own threads.
//!
//! A caller that finds the actor in its seat takes it, runs its handler at once, and puts the actor
//! back. While the loop has work, the seat is empty and every call goes through the mailbox. A seat
//! is one atomic exchange of boxes, which hold either the actor or a *note* from the loop. Only an
//! actor started as a tokio task uses its seat, and only tasks of the same runtime look there.
//!
//! # Invariants
//!
//! 1. The actor is in one place at a time, and only the thread that holds it touches its state. So
//!    handlers run one at a time, and each sees the effects of those before it.
//! 2. A caller looks for the actor only while the loop is resting. Accepting a message and closing the
//!    mailbox both end the rest in the same step. So a call never overtakes a message that was
//!    accepted before the call was made.
//! 3. A loop that does not find its actor leaves a note. The caller that puts the actor back receives
//!    the note in the same exchange, and acts on it. So no wake-up is lost, and the loop needs no
//!    second request.
//! 4. A caller that takes a note puts it back, and handles whatever that exchange returns, as in 3.
//!    So neither a note nor the actor is lost.
//! 5. However the actor ends, it is out of its seat before its exit is reported. So a handler that
//!    runs on a caller's thread has returned by then.

use std::{
    mem,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    task::{Context as TaskContext, Poll, Waker},
};

use crate::{
    exit::ExitReason,
    observe::Life,
    slot::message::Message,
    sync::{AtomicBool, Exchange, Ordering, bug},
    thread::home::Home,
};

/// See the [module](self).
pub(crate) struct Seat<M: Message> {
    exchange: Exchange<SeatBox<M>>,
    /// The number of the actor's runtime, once the loop leaves its actor here; and [`WATCHED`]. Not part of
    /// the models.
    home: AtomicU64,
    /// Whether the loop has left its actor, which is then in the seat or with a caller.
    is_left: AtomicBool,
    /// Whether the loop leaves its actor here while it waits. Written by the loop, which keeps it if no caller has
    /// come for it lately.
    is_open: AtomicBool,
}

/// Marks the number of a runtime, so that it is that of none.
const WATCHED: u64 = 1 << 63;

/// What a seat exchanges.
///
/// The loop keeps the box of its actor while it holds the actor, so that leaving it allocates nothing.
pub(crate) struct SeatBox<M: Message> {
    pub(crate) content: Content<M>,
    pub(crate) life: Life,
}

/// What a [`SeatBox`] holds.
pub(crate) enum Content<M: Message> {
    /// An idle actor.
    Actor(M::AtRest),
    /// An actor that must end because a handler panicked on a caller's thread.
    Broken(Box<(M::AtRest, ExitReason)>),
    /// Nothing; the loop holds the actor.
    Nothing,
    /// A note: wake the loop, which waits for its actor.
    Wanted(Waker),
    /// A note: end the actor, because its loop was dropped.
    LoopGone,
}

impl<M: Message> SeatBox<M> {
    pub(crate) fn new(content: Content<M>) -> Box<Self> {
        Box::new(Self { content, life: Life::unknown() })
    }

    pub(crate) fn is_note(&self) -> bool {
        matches!(self.content, Content::Wanted(_) | Content::LoopGone)
    }
}

/// The error that a caller is running a handler of the actor.
pub(crate) struct Occupied;

/// An actor that the loop took back from its seat.
pub(crate) struct ReturnedActor<M: Message> {
    pub(crate) actor: M::AtRest,
    /// The box of the actor, for the next time.
    pub(crate) seat_box: Box<SeatBox<M>>,
    /// The reason if the actor must end.
    pub(crate) broken: Option<ExitReason>,
}

impl<M: Message> Seat<M> {
    pub(crate) fn new() -> Self {
        let home = AtomicU64::new(Home::UNKNOWN.number());
        let (is_left, is_open) = (AtomicBool::new(false), AtomicBool::new(false));
        Self { exchange: Exchange::empty(), home, is_left, is_open }
    }

    /// Takes the box that is in the seat.
    #[inline(always)]
    pub(crate) fn take(&self) -> Option<Box<SeatBox<M>>> {
        self.exchange.take()
    }

    /// Puts `seat_box` into the seat, and returns the one that was there.
    #[inline(always)]
    pub(crate) fn put(&self, seat_box: Box<SeatBox<M>>) -> Option<Box<SeatBox<M>>> {
        self.exchange.put(seat_box)
    }

    /// Lets the loop leave its actor here from now on, for tasks of the runtime `home`.
    pub(crate) fn open(&self, home: Home) {
        self.home.fetch_or(home.number(), Relaxed);
        self.set_open(true);
    }

    /// Lets [`is_known_home_of`](Self::is_known_home_of) return `false` from now on, because there is more to
    /// do for each handler.
    pub(crate) fn watch(&self) {
        self.home.fetch_or(WATCHED, Relaxed);
    }

    /// Returns the runtime whose tasks run handlers inline.
    fn home(&self) -> Home {
        Home::with_number(self.home.load(Relaxed) & !WATCHED)
    }

    /// Returns `true` if the current task, which is `task`, is known to be one of the actor's runtime, and
    /// the actor is not watched. That is one comparison.
    #[inline(always)]
    pub(crate) fn is_known_home_of(&self, task: u64) -> bool {
        Home::with_number(self.home.load(Relaxed)).is_known_home_of(task)
    }

    /// Returns `true` if the current task, which is `task`, is one of the actor's runtime.
    pub(crate) fn is_home_of(&self, task: u64) -> bool {
        self.home().is_home_of(task)
    }

    /// Like [`is_home_of`](Self::is_home_of), also on a worker that has not polled the actor yet.
    pub(crate) fn is_home_of_current_task(&self) -> bool {
        self.is_used() && self.home().is_home_of_current_task()
    }

    /// Sets whether the loop leaves its actor here while it waits, if it ever does.
    pub(crate) fn set_open(&self, is_open: bool) {
        self.is_open.store(is_open, Ordering::Relaxed);
    }

    /// Returns whether the loop leaves its actor here, the next time that it waits.
    #[inline]
    pub(crate) fn is_open(&self) -> bool {
        self.is_open.load(Ordering::Relaxed)
    }

    /// Returns whether the loop ever leaves its actor here.
    pub(crate) fn is_used(&self) -> bool {
        self.home() != Home::UNKNOWN
    }

    /// Takes the actor to end it, if the loop has left it here.
    ///
    /// # Errors
    ///
    /// Returns [`Occupied`] if a caller is running a handler, which must return first. That
    /// caller then wakes `waker`, or ends the actor itself if there is no waker.
    pub(crate) fn vacate(
        &self,
        waker: Option<&Waker>,
    ) -> Result<Option<Box<SeatBox<M>>>, Occupied> {
        if bug("the end does not wait for a caller") {
            return Ok(None);
        }
        if !self.is_left.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let note = || waker.cloned().map_or(Content::LoopGone, Content::Wanted);
        self.take_or_leave_note(note).map(Some).ok_or(Occupied)
    }

    /// Leaves `actor` here for its callers.
    pub(crate) fn leave(&self, mut seat_box: Box<SeatBox<M>>, actor: M::AtRest) {
        self.home().note_worker();
        seat_box.life = Life::here();
        seat_box.content = Content::Actor(actor);
        self.is_left.store(true, Ordering::Relaxed);
        // At most an outdated note of this loop was there.
        drop(self.exchange.put(seat_box));
    }

    /// Takes the actor back for its loop. While a caller runs a handler, this is pending, and the loop
    /// is woken when the handler has returned.
    pub(crate) fn poll_back(&self, cx: &TaskContext<'_>) -> Poll<Option<ReturnedActor<M>>> {
        let note = || Content::Wanted(cx.waker().clone());
        let Some(mut seat_box) = self.take_or_leave_note(note) else {
            if bug("the end does not wait for a caller") {
                return Poll::Ready(None);
            }
            return Poll::Pending;
        };
        self.is_left.store(false, Ordering::Relaxed);
        let (actor, broken) = match mem::replace(&mut seat_box.content, Content::Nothing) {
            Content::Actor(actor) => (actor, None),
            Content::Broken(broken) => (broken.0, Some(broken.1)),
            Content::Nothing | Content::Wanted(_) | Content::LoopGone => return Poll::Ready(None),
        };
        Poll::Ready(Some(ReturnedActor { actor, seat_box, broken }))
    }

    /// Takes the actor, or leaves a `note` for the caller that holds it.
    pub(crate) fn take_or_leave_note(
        &self,
        note: impl FnOnce() -> Content<M>,
    ) -> Option<Box<SeatBox<M>>> {
        // A note found here is older, and outdated.
        if let Some(seat_box) = self.exchange.take().filter(|seat_box| !seat_box.is_note()) {
            return Some(seat_box);
        }
        if bug("nobody is told that the actor is wanted") {
            return None;
        }
        let note = SeatBox::new(note());
        let seat_box = self.exchange.put(note).filter(|seat_box| !seat_box.is_note())?;
        // The actor came back in between, so this note is not needed.
        drop(self.exchange.take());
        Some(seat_box)
    }
}
