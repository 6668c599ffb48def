//! What this thread is doing right now: which actor it runs, and whether that actor is ending.
//!
//! Three questions are answered from here, none of which a value could be handed down for:
//! is this call made by the very actor it goes to, why was this reply dropped, and which replies
//! did a panicking handler take with it.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    sync::Arc,
};

use crate::{
    reply::{Failure, Fallible},
    sync::{bug, thread_local, unique},
};

/// Tells actors apart, also those that are gone: an answer may be awaited long after its actor's
/// end, so the place in memory would not do.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct ActorId(usize);

impl ActorId {
    /// One that no other actor has.
    pub(crate) fn new() -> Self {
        Self(unique())
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Doing {
    /// No actor runs on this thread.
    Nothing,
    /// The actor's loop is being polled: its handlers and hooks run.
    Running(ActorId),
    /// As `Running`, and the handler that runs is the last and owns the actor's state.
    Finishing(ActorId),
    /// The actor's state and what it did not answer are being dropped.
    Ending,
}

thread_local! {
    static DOING: Cell<Doing> = const { Cell::new(Doing::Nothing) };
    /// Where the reply of the last handler is, while that runs.
    static LAST_CALLED: Cell<Option<usize>> = const { Cell::new(None) };
    static ANY_LOST: Cell<bool> = const { Cell::new(false) };
    static LOST_IN_PANIC: RefCell<Vec<Rc<dyn Fallible>>> = const { RefCell::new(Vec::new()) };
}

/// Restores what the thread did before.
pub(crate) struct Guard {
    before: Doing,
}

impl Drop for Guard {
    #[inline]
    fn drop(&mut self) {
        DOING.with(|doing| doing.set(self.before));
        // A handler may catch a panic of its own, and then nobody asks what became of the replies
        // that were lost in it.
        if ANY_LOST.with(Cell::get) {
            self.answer_lost();
        }
    }
}

impl Guard {
    #[cold]
    fn answer_lost(&self) {
        // A panic that is on its way through another actor, further out, will be caught there.
        if self.before != Doing::Nothing && std::thread::panicking() {
            return;
        }
        ANY_LOST.with(|any| any.set(false));
        for reply in LOST_IN_PANIC.with(RefCell::take) {
            reply.fail(Failure::Unanswered);
        }
    }
}

/// Until the guard is dropped, this thread runs the loop of `actor`, or one of its handlers.
#[inline]
pub(crate) fn running(actor: ActorId) -> Guard {
    Guard { before: DOING.with(|doing| doing.replace(Doing::Running(actor))) }
}

/// For the rest of this poll of its loop, the last handler of `actor` runs: a reply that it drops
/// is one that a stopped actor owed, but for its own, which is at the address `called`.
pub(crate) fn finishing(actor: ActorId, called: Option<usize>) {
    LAST_CALLED.with(|last| last.set(called));
    DOING.with(|doing| doing.set(Doing::Finishing(actor)));
}

/// Until the guard is dropped, a reply that is dropped here is one that a stopped actor owed.
pub(crate) fn ending() -> Guard {
    Guard { before: DOING.with(|doing| doing.replace(Doing::Ending)) }
}

/// The actor whose handler or hook runs on this thread.
pub(crate) fn actor() -> Option<ActorId> {
    match DOING.with(Cell::get) {
        Doing::Running(actor) | Doing::Finishing(actor) => Some(actor),
        Doing::Nothing | Doing::Ending => None,
    }
}

/// Whether this thread drops what an actor leaves behind.
#[cfg(all(debug_assertions, not(shuttle)))]
pub(crate) fn is_ending() -> bool {
    DOING.with(Cell::get) == Doing::Ending
}

/// Why a reply is being dropped unanswered.
pub(crate) enum Dropped {
    /// A handler panics, and its locals are being dropped. What the panic says is not known yet:
    /// the reply is to be given to [`lost_in_panic`].
    InPanic,
    /// The actor is ending.
    AtEnd,
    /// Somebody let it go.
    ByHand,
}

/// Why the reply at `address` that is dropped right here is dropped.
pub(crate) fn why_dropped(address: usize) -> Dropped {
    match DOING.with(Cell::get) {
        Doing::Running(_) | Doing::Finishing(_) if std::thread::panicking() => Dropped::InPanic,
        Doing::Finishing(_) if LAST_CALLED.with(Cell::get) == Some(address) => Dropped::ByHand,
        Doing::Ending | Doing::Finishing(_) => Dropped::AtEnd,
        Doing::Running(_) | Doing::Nothing => Dropped::ByHand,
    }
}

/// Keeps a reply until [`answer_lost_in_panic`], which the loop calls as soon as it has caught the
/// panic.
pub(crate) fn lost_in_panic(reply: Rc<dyn Fallible>) {
    ANY_LOST.with(|any| any.set(true));
    LOST_IN_PANIC.with(|lost| lost.borrow_mut().push(reply));
}

/// Tells the callers of all replies that a panic took with it: the caller of the handler that
/// panicked, whose slot is at the address `called`, what the panic said; those of any other replies
/// that the handler had in its hands, `others`.
pub(crate) fn answer_lost_in_panic(message: &Arc<str>, called: Option<usize>, others: &Failure) {
    if bug("nobody learns of a panic") {
        return;
    }
    for reply in LOST_IN_PANIC.with(RefCell::take) {
        if Some(reply.address()) == called {
            reply.fail(Failure::Panicked(message.clone()));
        } else {
            reply.fail(others.clone());
        }
    }
}
