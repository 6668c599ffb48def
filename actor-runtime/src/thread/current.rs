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
    error::Failure,
    sync::{bug, thread_local, unique},
};

/// Tells actors apart, also those that are gone: an answer may be awaited long after its actor's
/// end, so the place in memory would not do.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct ActorId(usize);

impl ActorId {
    /// One that no other actor has.
    pub(crate) fn new() -> Self {
        // The two lowest bits say what a thread does with it: see `Doing`.
        Self((unique() << 2) | Doing::RUNNING)
    }
}

/// What a thread does, in one word: each handler that runs on its caller's thread replaces it and
/// puts it back.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Doing(usize);

impl Doing {
    /// No actor runs on this thread.
    const NOTHING: Self = Self(0);
    /// The actor's state and what it did not answer are being dropped.
    const ENDING: Self = Self(1);
    /// The bits that tell no actors apart.
    const KIND: usize = 3;
    /// What they are in an actor's id.
    const RUNNING: usize = 2;
    const FINISHING: usize = 3;

    /// The actor's loop is being polled, or a caller runs its handler.
    fn running(actor: ActorId) -> Self {
        Self(actor.0)
    }

    /// As `running`, and the handler that runs is the last and owns the actor's state.
    fn finishing(actor: ActorId) -> Self {
        Self(actor.0 | Self::FINISHING)
    }

    /// The actor that runs.
    fn actor(self) -> Option<ActorId> {
        (self.0 & Self::RUNNING != 0).then_some(ActorId((self.0 & !Self::KIND) | Self::RUNNING))
    }

    fn is_finishing(self) -> bool {
        self.0 & Self::KIND == Self::FINISHING
    }
}

struct Now {
    doing: Cell<Doing>,
    /// Whether there are any replies in `LOST_IN_PANIC`.
    any_lost: Cell<bool>,
}

thread_local! {
    /// What is asked for each handler.
    static NOW: Now = const { Now { doing: Cell::new(Doing::NOTHING), any_lost: Cell::new(false) } };
    /// Where the reply of the last handler is, while that runs.
    static LAST_CALLED: Cell<Option<usize>> = const { Cell::new(None) };
    static LOST_IN_PANIC: RefCell<Vec<Rc<dyn Fallible>>> = const { RefCell::new(Vec::new()) };
}

/// Restores what the thread did before.
pub(crate) struct Guard {
    before: Doing,
}

impl Drop for Guard {
    #[inline]
    fn drop(&mut self) {
        NOW.with(|now| {
            now.doing.set(self.before);
            // A handler may catch a panic of its own, and then nobody asks what became of the replies
            // that were lost in it.
            if now.any_lost.get() {
                answer_lost(self.before);
            }
        });
    }
}

/// Answers what a handler took along in a panic that it caught itself. The thread goes on with what
/// it did `before`.
#[cold]
fn answer_lost(before: Doing) {
    // A panic that is on its way through another actor, further out, will be caught there.
    if before != Doing::NOTHING && std::thread::panicking() {
        return;
    }
    NOW.with(|now| now.any_lost.set(false));
    for reply in LOST_IN_PANIC.with(RefCell::take) {
        reply.fail(Failure::Unanswered);
    }
}

/// Until the guard is dropped, this thread runs the loop of `actor`, or one of its handlers.
#[inline]
pub(crate) fn running(actor: ActorId) -> Guard {
    Guard { before: NOW.with(|now| now.doing.replace(Doing::running(actor))) }
}

/// For the rest of this poll of its loop, the last handler of `actor` runs: a reply that it drops
/// is one that a stopped actor owed, but for its own, which is at the address `called`.
pub(crate) fn finishing(actor: ActorId, called: Option<usize>) {
    LAST_CALLED.with(|last| last.set(called));
    NOW.with(|now| now.doing.set(Doing::finishing(actor)));
}

/// Until the guard is dropped, a reply that is dropped here is one that a stopped actor owed.
pub(crate) fn ending() -> Guard {
    Guard { before: NOW.with(|now| now.doing.replace(Doing::ENDING)) }
}

/// The actor whose handler or hook runs on this thread.
pub(crate) fn actor() -> Option<ActorId> {
    NOW.with(|now| now.doing.get()).actor()
}

/// Whether this thread drops what an actor leaves behind.
#[cfg(all(debug_assertions, not(shuttle)))]
pub(crate) fn is_ending() -> bool {
    NOW.with(|now| now.doing.get()) == Doing::ENDING
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
    let doing = NOW.with(|now| now.doing.get());
    if doing.actor().is_some() && std::thread::panicking() {
        return Dropped::InPanic;
    }
    let is_last_called = || LAST_CALLED.with(Cell::get) == Some(address);
    if doing == Doing::ENDING || doing.is_finishing() && !is_last_called() {
        Dropped::AtEnd
    } else {
        Dropped::ByHand
    }
}

/// Keeps a reply until [`answer_lost_in_panic`], which the loop calls as soon as it has caught the
/// panic.
pub(crate) fn lost_in_panic(reply: Rc<dyn Fallible>) {
    NOW.with(|now| now.any_lost.set(true));
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

/// A slot of any type, as a thread keeps it.
pub(crate) trait Fallible {
    fn fail(&self, failure: Failure);

    /// Tells it apart from all others.
    fn address(&self) -> usize;
}
