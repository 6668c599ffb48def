//! What is taken from a seat goes back there.

use std::mem::{self, ManuallyDrop};

use crate::{
    catch::drop_caught,
    error::{CallError, CallErrorKind, Method},
    exit::{ExitReason, OnPanic},
    life::resident::Panicked,
    mailbox::Shared,
    seat::{Content, Place},
    slot::message::Message,
    sync::bug,
    thread::current,
    waker::wake,
};

/// What was found in the seat: put back when this is dropped.
pub(super) struct Taken<'a, M: Message> {
    shared: &'a Shared<M>,
    /// There until it is put back.
    place: Option<ManuallyDrop<Box<Place<M>>>>,
}

impl<M: Message> Drop for Taken<'_, M> {
    #[inline(always)]
    fn drop(&mut self) {
        if let Some(place) = self.place.take() {
            put_back_late(self.shared, ManuallyDrop::into_inner(place));
        }
    }
}

/// Puts what was found back where nothing was done with it, or something went wrong.
#[cold]
#[inline(never)]
fn put_back_late<M: Message>(shared: &Shared<M>, place: Box<Place<M>>) {
    put_back(shared, place);
}

/// Puts what was found back, and deals with what has come there meanwhile.
#[inline(always)]
fn put_back<M: Message>(shared: &Shared<M>, place: Box<Place<M>>) {
    if !(place.is_note() && bug("who finds a note keeps it"))
        && let Some(other) = shared.seat.put(place)
    {
        crossed(shared, *other);
    }
}

impl<'a, M: Message> Taken<'a, M> {
    #[inline]
    pub(super) fn new(shared: &'a Shared<M>, place: Box<Place<M>>) -> Self {
        Self { shared, place: Some(ManuallyDrop::new(place)) }
    }

    #[inline]
    pub(super) fn place(&mut self) -> Option<&mut Place<M>> {
        self.place.as_mut().map(|place| &mut ***place)
    }

    /// Puts the actor back.
    #[inline(always)]
    pub(super) fn put_back(mut self) {
        if let Some(place) = self.place.take() {
            put_back(self.shared, ManuallyDrop::into_inner(place));
        }
    }

    /// Ends the actor after a panic, if that is its end. Gives what the caller is told.
    #[cold]
    pub(super) fn panicked(self, method: &'static str, panicked: Panicked) -> CallError {
        let Panicked { text: message, on_panic, in_handler } = panicked;
        let called = Method::new(M::ACTOR, method);
        let (method, error) = if in_handler {
            (called, CallError::new(called, CallErrorKind::Panicked { message: message.clone() }))
        } else {
            (Method::new(M::ACTOR, "undelivered"), CallError::new(called, CallErrorKind::Stopped))
        };
        self.shared.panicked(method.name(), &message);
        if on_panic == OnPanic::End {
            self.end(ExitReason::Panicked { method, message });
        }
        error
    }

    /// Has the loop end its actor.
    fn end(mut self, reason: ExitReason) {
        if let Some(place) = &mut self.place
            && !bug("nobody finds it broken")
            && let Content::Actor(actor) = mem::replace(&mut place.content, Content::Nothing)
        {
            place.content = Content::Broken(Box::new((actor, reason)));
        }
        let shared = self.shared;
        drop(self);
        // The loop does the rest. But who is told of the panic finds the mailbox closed.
        shared.seal();
        shared.disturb();
    }
}

/// Deals with what was in the seat when something else was put there.
#[cold]
fn crossed<M: Message>(shared: &Shared<M>, place: Place<M>) {
    match place.content {
        Content::Wanted(waker) if !bug("nobody reads the note") => wake(waker),
        Content::Forsaken => end_or_leave(shared),
        Content::Wanted(_) | Content::Nothing => {}
        Content::Actor(_) | Content::Broken(_) if bug("what crosses a note is lost") => {}
        // What was put there was a note, and there may be another one by now.
        Content::Actor(_) | Content::Broken(_) => {
            drop(Taken::new(shared, Box::new(place)));
        }
    }
}

/// Ends an actor whose loop is gone, or leaves that to the caller that runs a handler right now.
fn end_or_leave<M: Message>(shared: &Shared<M>) {
    if let Some(place) = shared.seat.take_or(|| Content::Forsaken) {
        let ending = current::ending();
        drop_caught(place);
        drop(ending);
        shared.end(ExitReason::Aborted);
    }
}
