//! A guard that returns what was taken from a seat, and what happens when that meets a note.

use std::mem::{self, ManuallyDrop};

use crate::{
    catch::drop_caught,
    error::{CallError, CallErrorKind, Method},
    exit::{ExitReason, OnPanic},
    life::resident::Panicked,
    mailbox::Shared,
    seat::{Content, SeatBox},
    slot::message::Message,
    sync::bug,
    thread::current,
    thread::waker::wake,
};

/// Holds a box taken from a seat, and puts it back when dropped.
pub(super) struct SeatGuard<'a, M: Message> {
    shared: &'a Shared<M>,
    /// `None` once it is put back.
    seat_box: Option<ManuallyDrop<Box<SeatBox<M>>>>,
}

impl<M: Message> Drop for SeatGuard<'_, M> {
    #[inline(always)]
    fn drop(&mut self) {
        if let Some(seat_box) = self.seat_box.take() {
            put_back_cold(self.shared, ManuallyDrop::into_inner(seat_box));
        }
    }
}

/// Like [`put_back`], for the rare cases: no handler ran, or it panicked.
#[cold]
#[inline(never)]
fn put_back_cold<M: Message>(shared: &Shared<M>, seat_box: Box<SeatBox<M>>) {
    put_back(shared, seat_box);
}

/// Puts `seat_box` back into the seat, and handles the box that was there instead, if any.
#[inline(always)]
fn put_back<M: Message>(shared: &Shared<M>, seat_box: Box<SeatBox<M>>) {
    if bug("who finds a note keeps it") {
        // The actor itself still goes back.
        if seat_box.is_note() {
            return;
        }
    }
    if let Some(displaced) = shared.seat.put(seat_box) {
        handle_displaced(shared, *displaced);
    }
}

impl<'a, M: Message> SeatGuard<'a, M> {
    #[inline]
    pub(super) fn new(shared: &'a Shared<M>, seat_box: Box<SeatBox<M>>) -> Self {
        Self { shared, seat_box: Some(ManuallyDrop::new(seat_box)) }
    }

    #[inline]
    pub(super) fn seat_box(&mut self) -> Option<&mut SeatBox<M>> {
        self.seat_box.as_mut().map(|seat_box| &mut ***seat_box)
    }

    /// Puts the actor back after its handler has returned.
    #[inline(always)]
    pub(super) fn put_back(mut self) {
        if let Some(seat_box) = self.seat_box.take() {
            put_back(self.shared, ManuallyDrop::into_inner(seat_box));
        }
    }

    /// Reports a panic, ends the actor if its policy says so, and returns the error for the caller.
    #[cold]
    pub(super) fn handle_panic(self, method: &'static str, panicked: Panicked) -> CallError {
        let Panicked { text: message, on_panic, in_handler } = panicked;
        let called = Method::new(M::ACTOR, method);
        let (method, error) = if in_handler {
            (called, CallError::new(called, CallErrorKind::Panicked { message: message.clone() }))
        } else {
            (Method::new(M::ACTOR, "undelivered"), CallError::new(called, CallErrorKind::Stopped))
        };
        self.shared.report_panic(method.name(), &message);
        if on_panic == OnPanic::End {
            self.end(ExitReason::Panicked { method, message });
        }
        error
    }

    /// Puts the actor back for its loop to end.
    fn end(mut self, reason: ExitReason) {
        self.mark_broken(reason);
        let shared = self.shared;
        drop(self);
        // The loop does the rest. Sealed here, so that a caller that receives the panic as an error
        // already finds the mailbox closed. If the actor may be restarted, the loop decides.
        if !shared.is_restarted() || bug("a panic on a caller's thread seals the mailbox") {
            shared.seal();
        }
        shared.wake_loop();
    }

    fn mark_broken(&mut self, reason: ExitReason) {
        if bug("nobody finds it broken") {
            return;
        }
        if let Some(seat_box) = &mut self.seat_box {
            if let Content::Actor(actor) = mem::replace(&mut seat_box.content, Content::Nothing) {
                seat_box.content = Content::Broken(Box::new((actor, reason)));
            }
        }
    }
}

/// Handles the box that was in the seat when another one was put there.
#[cold]
fn handle_displaced<M: Message>(shared: &Shared<M>, displaced: SeatBox<M>) {
    match displaced.content {
        Content::Wanted(waker) => {
            if bug("nobody reads the note") {
                return;
            }
            wake(waker);
        }
        Content::LoopGone => end_abandoned(shared),
        Content::Nothing => {}
        Content::Actor(_) | Content::Broken(_) => {
            if bug("what crosses a note is lost") {
                return;
            }
            // A note has displaced the actor, which goes back in exchange for that note or a newer
            // one.
            drop(SeatGuard::new(shared, Box::new(displaced)));
        }
    }
}

/// Ends an actor whose loop was dropped, or leaves that to the caller that is running a handler.
fn end_abandoned<M: Message>(shared: &Shared<M>) {
    if let Some(seat_box) = shared.seat.take_or_leave_note(|| Content::LoopGone) {
        let ending = current::ending();
        drop_caught(seat_box);
        drop(ending);
        shared.end(ExitReason::Aborted);
    }
}
