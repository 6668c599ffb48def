//! What the current thread is doing: which actor it runs, and whether that actor is ending.
//!
//! Thread-local state answers three questions for code that no value could be passed to:
//!
//! - does an actor call itself?
//! - why is a reply dropped?
//! - which replies were dropped while a handler unwound?

use std::{
    cell::{Cell, RefCell},
    fmt,
    rc::Rc,
    sync::Arc,
};

use crate::{
    error::Failure,
    sync::{bug, thread_local, unique},
};

/// Identifies an actor within this process. An id is never reused.
///
/// Returned by [`ActorHandle::id`](crate::ActorHandle::id). Handles are equal if their actors have the same
/// id.
// An address would be reused: an answer may be awaited after its actor is gone.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ActorId(usize);

impl fmt::Debug for ActorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ActorId({})", self.0 >> 2)
    }
}

impl ActorId {
    pub(crate) fn new() -> Self {
        // The two lowest bits are the kind of an `Activity`.
        Self((unique() << 2) | Activity::RUNNING)
    }
}

/// What a thread does.
///
/// One word, because each handler that runs inline replaces and restores it.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Activity(usize);

impl Activity {
    /// No actor runs on this thread.
    const IDLE: Self = Self(0);
    /// The actor's state and its unanswered messages are being dropped.
    const ENDING: Self = Self(1);
    /// The bits that are not part of an actor's number.
    const KIND: usize = 3;
    /// The kind in every [`ActorId`].
    const RUNNING: usize = 2;
    const FINISHING: usize = 3;

    /// The actor's loop is being polled, or a caller runs its handler.
    fn running(actor: ActorId) -> Self {
        Self(actor.0)
    }

    /// The actor's last handler runs, which owns the actor's state.
    fn finishing(actor: ActorId) -> Self {
        Self(actor.0 | Self::FINISHING)
    }

    fn actor(self) -> Option<ActorId> {
        (self.0 & Self::RUNNING != 0).then_some(ActorId((self.0 & !Self::KIND) | Self::RUNNING))
    }

    fn is_finishing(self) -> bool {
        self.0 & Self::KIND == Self::FINISHING
    }
}

struct ThreadState {
    activity: Cell<Activity>,
    /// Whether `UNWOUND_REPLIES` has any.
    has_unwound: Cell<bool>,
}

thread_local! {
    /// Read for each handler, so it is apart from what is rarely used.
    static STATE: ThreadState =
        const { ThreadState { activity: Cell::new(Activity::IDLE), has_unwound: Cell::new(false) } };
    /// The address of the last handler's own reply, while that handler runs.
    static FINAL_REPLY: Cell<Option<usize>> = const { Cell::new(None) };
    /// Replies that were dropped while a handler unwound.
    static UNWOUND_REPLIES: RefCell<Vec<Rc<dyn ErasedReply>>> = const { RefCell::new(Vec::new()) };
}

/// Restores the thread's previous activity.
pub(crate) struct Guard {
    before: Activity,
}

impl Drop for Guard {
    #[inline]
    fn drop(&mut self) {
        STATE.with(|state| {
            state.activity.set(self.before);
            // Replies are left if a handler caught a panic itself: the loop never saw the panic.
            if state.has_unwound.get() {
                fail_left_over(self.before);
            }
        });
    }
}

/// Fails the replies that were dropped in a panic that the handler caught itself.
#[cold]
fn fail_left_over(before: Activity) {
    // A panic that is still unwinding through an outer actor is caught by that actor's loop.
    if before != Activity::IDLE && std::thread::panicking() {
        return;
    }
    STATE.with(|state| state.has_unwound.set(false));
    for reply in UNWOUND_REPLIES.with(RefCell::take) {
        reply.fail(Failure::Unanswered);
    }
}

/// Marks this thread as running the loop of `actor`, or one of its handlers, until the guard is dropped.
#[inline]
pub(crate) fn running(actor: ActorId) -> Guard {
    Guard { before: STATE.with(|state| state.activity.replace(Activity::running(actor))) }
}

/// Marks this thread as running the last handler of `actor`, for the rest of this poll of its loop.
///
/// A reply dropped meanwhile counts as dropped by the actor's end, except the handler's own, which is at
/// the address `called`.
pub(crate) fn finishing(actor: ActorId, called: Option<usize>) {
    FINAL_REPLY.with(|reply| reply.set(called));
    STATE.with(|state| state.activity.set(Activity::finishing(actor)));
}

/// Marks this thread as dropping an actor's remains until the guard is dropped: a reply dropped meanwhile
/// fails its call with [`Failure::Stopped`].
pub(crate) fn ending() -> Guard {
    Guard { before: STATE.with(|state| state.activity.replace(Activity::ENDING)) }
}

/// Returns the actor whose handler or hook runs on this thread.
pub(crate) fn actor() -> Option<ActorId> {
    STATE.with(|state| state.activity.get()).actor()
}

/// Returns `true` while this thread drops an actor's remains.
#[cfg(all(debug_assertions, not(shuttle)))]
pub(crate) fn is_ending() -> bool {
    STATE.with(|state| state.activity.get()) == Activity::ENDING
}

/// Why a reply is dropped unanswered.
pub(crate) enum DropReason {
    /// A handler panics. The panic's message is not known yet: pass the reply to [`defer_failure`].
    Unwinding,
    /// The actor is ending.
    ActorEnding,
    /// The handler, or the code that it passed the reply to, dropped it.
    Discarded,
}

/// Returns why the reply at `address` is dropped on this thread.
pub(crate) fn drop_reason(address: usize) -> DropReason {
    let activity = STATE.with(|state| state.activity.get());
    if activity.actor().is_some() && std::thread::panicking() {
        return DropReason::Unwinding;
    }
    let is_final_reply = || FINAL_REPLY.with(Cell::get) == Some(address);
    if activity == Activity::ENDING || activity.is_finishing() && !is_final_reply() {
        DropReason::ActorEnding
    } else {
        DropReason::Discarded
    }
}

/// Keeps a reply until [`fail_unwound`], which the loop calls once it has caught the panic.
pub(crate) fn defer_failure(reply: Rc<dyn ErasedReply>) {
    STATE.with(|state| state.has_unwound.set(true));
    UNWOUND_REPLIES.with(|replies| replies.borrow_mut().push(reply));
}

/// Fails all replies that were dropped by a panic: the reply of the handler that panicked, which is at
/// the address `called`, with the panic's `message`, and replies of other calls with `others`.
pub(crate) fn fail_unwound(message: &Arc<str>, called: Option<usize>, others: &Failure) {
    if bug("nobody learns of a panic") {
        return;
    }
    for reply in UNWOUND_REPLIES.with(RefCell::take) {
        if Some(reply.address()) == called {
            reply.fail(Failure::Panicked(message.clone()));
        } else {
            reply.fail(others.clone());
        }
    }
}

/// A reply slot whose answer's type is erased.
pub(crate) trait ErasedReply {
    fn fail(&self, failure: Failure);

    /// Identifies the slot while it is alive.
    fn address(&self) -> usize;
}
