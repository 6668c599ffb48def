//! The seat: where an idle actor waits, and where its callers find it.
//!
//! While the loop has nothing to do, it leaves the actor in its seat. A caller that finds it there
//! takes it, runs its handler at once on its own thread, and puts it back. While the loop has work,
//! the seat is empty and every call goes through the mailbox. Invariants:
//!
//! 1. Whoever touches the actor's state has it in hand: it is in one place at a time. So one handler
//!    runs at a time, and sees what those before it did.
//! 2. A caller looks for the actor only while the loop rests. Whatever is queued, or closes the
//!    mailbox, ends the rest before it is done. So a call never overtakes a message that was accepted
//!    before it was made.
//! 3. Who wants an actor that is not in its seat leaves a note there. Whoever puts the actor back
//!    finds the note in the same step, and does what it says. So no wake-up is lost, and the loop
//!    does not have to ask twice.
//! 4. Who finds a note instead of the actor puts it back; what has come there meanwhile is dealt with
//!    as in 3. So neither a note nor the actor stays in a wrong hand.
//! 5. The actor is out of its seat before its end is reported, on every road. So a handler that
//!    runs on a caller's thread is over by then.
//!
//! Only the loop of an actor that was started as a task of tokio uses a seat.

use std::{
    mem,
    task::{Context as TaskContext, Poll, Waker},
};

use crate::{
    exit::ExitReason,
    observe::Life,
    slot::message::Message,
    sync::{AtomicBool, Exchange, Ordering, bug},
    thread::home::Home,
};

/// See the module.
pub(crate) struct Seat<M: Message> {
    place: Exchange<Place<M>>,
    /// Whether the loop uses it.
    is_used: AtomicBool,
    /// Whether the loop has left its actor. Then it is here or with a caller.
    is_left: AtomicBool,
}

/// What is exchanged in a seat.
pub(crate) struct Place<M: Message> {
    pub(crate) content: Content<M>,
    /// The actor's runtime.
    pub(crate) home: Home,
    pub(crate) life: Life,
}

pub(crate) enum Content<M: Message> {
    Actor(M::AtRest),
    /// An actor that has to end, because a handler panicked on a caller's thread.
    Broken(Box<(M::AtRest, ExitReason)>),
    /// The actor is with its loop.
    Nothing,
    /// A note: the loop wants its actor.
    Wanted(Waker),
    /// A note: the loop is gone, and the actor is to end.
    Forsaken,
}

impl<M: Message> Place<M> {
    pub(crate) fn new(content: Content<M>, home: Home) -> Box<Self> {
        Box::new(Self { content, home, life: Life::unknown() })
    }

    pub(crate) fn is_note(&self) -> bool {
        matches!(self.content, Content::Wanted(_) | Content::Forsaken)
    }
}

/// A caller runs a handler.
pub(crate) struct Occupied;

/// An actor that comes back to its loop.
pub(crate) struct Back<M: Message> {
    pub(crate) actor: M::AtRest,
    /// Its place, with nothing in it.
    pub(crate) place: Box<Place<M>>,
    /// Why it has to end.
    pub(crate) broken: Option<ExitReason>,
}

impl<M: Message> Seat<M> {
    pub(crate) fn new() -> Self {
        let [is_used, is_left] = [AtomicBool::new(false), AtomicBool::new(false)];
        Self { place: Exchange::empty(), is_used, is_left }
    }

    /// Takes what is in the seat.
    #[inline(always)]
    pub(crate) fn take(&self) -> Option<Box<Place<M>>> {
        self.place.take()
    }

    /// Puts `place` into the seat, and returns what was there.
    #[inline(always)]
    pub(crate) fn put(&self, place: Box<Place<M>>) -> Option<Box<Place<M>>> {
        self.place.put(place)
    }

    /// From here on, callers may find the actor here.
    pub(crate) fn open(&self) {
        self.is_used.store(true, Ordering::Relaxed);
    }

    /// Whether the loop uses it.
    pub(crate) fn is_used(&self) -> bool {
        self.is_used.load(Ordering::Relaxed)
    }

    /// Takes the actor for its end, if the loop has left it.
    ///
    /// # Errors
    ///
    /// If a caller runs a handler right now, which has to be over first. It finds the note that the
    /// loop wants its actor if there is a `waker`, and ends the actor itself if there is none.
    pub(crate) fn vacate(&self, waker: Option<&Waker>) -> Result<Option<Box<Place<M>>>, Occupied> {
        if !self.is_left.load(Ordering::Relaxed) || bug("the end does not wait for a caller") {
            return Ok(None);
        }
        let note = || waker.cloned().map_or(Content::Forsaken, Content::Wanted);
        self.take_or(note).map(Some).ok_or(Occupied)
    }

    /// Leaves an actor here for its callers.
    pub(crate) fn leave(&self, mut place: Box<Place<M>>, actor: M::AtRest) {
        place.life = Life::here();
        place.content = Content::Actor(actor);
        self.is_left.store(true, Ordering::Relaxed);
        // What was there is a note of the loop's own, and of no use any more.
        drop(self.place.put(place));
    }

    /// Takes the actor back to its loop, with the reason why it has to end, if there is one. If a
    /// caller runs a handler right now, the loop is woken when that is over.
    pub(crate) fn poll_back(&self, cx: &TaskContext<'_>) -> Poll<Option<Back<M>>> {
        let Some(mut place) = self.take_or(|| Content::Wanted(cx.waker().clone())) else {
            if bug("the end does not wait for a caller") {
                return Poll::Ready(None);
            }
            return Poll::Pending;
        };
        self.is_left.store(false, Ordering::Relaxed);
        let (actor, broken) = match mem::replace(&mut place.content, Content::Nothing) {
            Content::Actor(actor) => (actor, None),
            Content::Broken(broken) => (broken.0, Some(broken.1)),
            Content::Nothing | Content::Wanted(_) | Content::Forsaken => return Poll::Ready(None),
        };
        Poll::Ready(Some(Back { actor, place, broken }))
    }

    /// Takes the actor, or leaves a `note` for whoever has it.
    pub(crate) fn take_or(&self, note: impl FnOnce() -> Content<M>) -> Option<Box<Place<M>>> {
        // An older note is of no use any more.
        if let Some(place) = self.place.take().filter(|place| !place.is_note()) {
            return Some(place);
        }
        if bug("nobody is told that the actor is wanted") {
            return None;
        }
        let place =
            self.place.put(Place::new(note(), Home::unknown())).filter(|place| !place.is_note())?;
        // It came back in between, so the note is of no use either.
        drop(self.place.take());
        Some(place)
    }
}
