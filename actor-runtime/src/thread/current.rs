//! What the current thread is doing: which actor it runs, and whether that actor is ending.
//!
//! Thread-local state answers four questions for code that no value could be passed to:
//!
//! - which handler makes this call?
//! - which other handlers does this thread keep waiting meanwhile?
//! - why is a reply dropped?
//! - which replies were dropped while a handler unwound?

use std::{
    cell::{Cell, RefCell},
    fmt, mem,
    rc::Rc,
    sync::Arc,
};

use crate::{
    error::{Failure, Method},
    sync::{bug, thread_local, unique},
    thread::{home, ring},
};

/// Identifies an actor within this process. An id is never reused.
///
/// Returned by [`ActorHandle::id`](crate::ActorHandle::id). Handles are equal if their actors have the same
/// id.
// An address would be reused: an answer may be awaited after its actor is gone.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ActorId(usize);

impl fmt::Debug for ActorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ActorId({})", self.number())
    }
}

impl ActorId {
    pub(crate) fn new() -> Self {
        // The lowest bits are those of an `Activity`.
        Self((unique() << Activity::BITS) | Activity::RUNNING)
    }

    /// Returns a number that is different for actors created in sequence.
    pub(crate) fn number(self) -> usize {
        self.0 >> Activity::BITS
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
    /// The bits of the kind.
    const KIND: usize = 3;
    /// The kind in every [`ActorId`].
    const RUNNING: usize = 2;
    const FINISHING: usize = 3;
    /// Replies were dropped while the handler unwound: see `UNWOUND_REPLIES`.
    const UNWOUND: usize = 4;
    /// The handler has waits on record: see [`ring`].
    const WAITS: usize = 8;
    /// The handler was called by another one on this thread: see `FRAMES`.
    const CALLED: usize = 16;
    /// The actor waits for its sources and its mailbox at once, and not in a handler.
    const RACING: usize = 32;
    /// What there is to do when the handler is over.
    const LEFT: usize = Self::UNWOUND | Self::WAITS | Self::CALLED;
    /// The number of bits that are not part of an actor's number.
    const BITS: u32 = 6;

    fn actor(self) -> Option<ActorId> {
        let number = self.0 >> Self::BITS << Self::BITS;
        (self.0 & Self::RUNNING != 0).then_some(ActorId(number | Self::RUNNING))
    }

    fn has(self, bits: usize) -> bool {
        self.0 & bits != 0
    }

    fn kind(self) -> usize {
        self.0 & Self::KIND
    }
}

struct ThreadState {
    activity: Cell<Activity>,
    /// The task that runs the actor: see [`home::task`].
    task: Cell<u64>,
}

/// A handler, or a loop, that runs on this thread and has led to another one.
#[derive(Clone, Copy)]
struct Frame {
    activity: Activity,
    task: u64,
    /// The handler that it has called, if that is how the next one came to run.
    called: Option<Method>,
}

impl Frame {
    const NONE: Self = Self { activity: Activity::IDLE, task: home::UNKNOWN, called: None };
}

/// The frames below the one that runs. Deeper ones are not remembered.
const MAX_FRAMES: usize = 16;

struct Frames {
    depth: Cell<usize>,
    frames: [Cell<Frame>; MAX_FRAMES],
}

thread_local! {
    /// Read for each handler, so it is apart from what is rarely used.
    static STATE: ThreadState =
        const { ThreadState { activity: Cell::new(Activity::IDLE), task: Cell::new(home::UNKNOWN) } };
    /// The address of the last handler's own reply, while that handler runs.
    static FINAL_REPLY: Cell<Option<usize>> = const { Cell::new(None) };
    /// Replies that were dropped while a handler unwound.
    static UNWOUND_REPLIES: RefCell<Vec<Rc<dyn ErasedReply>>> = const { RefCell::new(Vec::new()) };
    static FRAMES: Frames = const {
        Frames { depth: Cell::new(0), frames: [const { Cell::new(Frame::NONE) }; MAX_FRAMES] }
    };
}

/// Restores the thread's previous activity.
pub(crate) struct Guard {
    before: Activity,
}

impl Drop for Guard {
    fn drop(&mut self) {
        STATE.with(|state| state.activity.set(self.before));
    }
}

/// Marks this thread as running no actor until the guard is dropped, because code runs that is no
/// handler's: a waker may poll other tasks.
#[inline]
pub(crate) fn aside() -> Guard {
    Guard { before: STATE.with(|state| state.activity.replace(Activity::IDLE)) }
}

/// Marks this thread as dropping an actor's remains until the guard is dropped: a reply dropped meanwhile
/// fails its call with [`Failure::Stopped`].
pub(crate) fn ending() -> Guard {
    Guard { before: STATE.with(|state| state.activity.replace(Activity::ENDING)) }
}

/// The end of a handler that a caller runs.
pub(crate) struct InlineGuard {
    before: Activity,
}

impl Drop for InlineGuard {
    #[inline]
    fn drop(&mut self) {
        STATE.with(|state| {
            if state.activity.get().has(Activity::LEFT) {
                return leave_handler(self.before);
            }
            state.activity.set(self.before);
        });
    }
}

/// Marks this thread as running the handler `method` of `actor` for a caller, in `task`. The type of the
/// actor is `name`.
// The method is behind a reference so that it is loaded only where it is used.
#[inline(always)]
pub(crate) fn running_inline(
    actor: ActorId,
    task: u64,
    name: &'static str,
    method: &&'static str,
) -> InlineGuard {
    STATE.with(|state| {
        let before = state.activity.replace(Activity(actor.0));
        if before != Activity::IDLE {
            enter_from_handler(before, name, method);
        }
        state.task.set(task);
        InlineGuard { before }
    })
}

#[cold]
#[inline(never)]
fn enter_from_handler(before: Activity, name: &'static str, method: &&'static str) {
    enter_from(before, Some(Method::new(name, method)));
}

/// Remembers what the thread does, because another actor runs from here on.
#[cold]
#[inline(never)]
fn enter_from(before: Activity, called: Option<Method>) {
    if before.actor().is_none() {
        return;
    }
    FRAMES.with(|Frames { depth, frames }| {
        let task = STATE.with(|state| state.task.get());
        if let Some(frame) = frames.get(depth.get()) {
            frame.set(Frame { activity: before, task, called });
        }
        depth.set(depth.get() + 1);
    });
    if called.is_some() {
        add(Activity::CALLED);
    }
}

/// Forgets what [`enter_from`] has remembered.
fn leave_to(before: Activity) {
    if before.actor().is_none() {
        return;
    }
    FRAMES.with(|Frames { depth, frames }| {
        depth.set(depth.get() - 1);
        if let Some(frame) = frames.get(depth.get()) {
            STATE.with(|state| state.task.set(frame.get().task));
        }
    });
}

/// Does what is to be done after a handler that a caller ran, or after the last poll of a loop.
#[cold]
#[inline(never)]
fn leave_handler(before: Activity) {
    let activity = STATE.with(|state| state.activity.replace(before));
    if activity.has(Activity::WAITS) {
        if let Some(actor) = activity.actor() {
            ring::forget(actor);
        }
    }
    finish_poll(activity, before);
}

/// Does what is to be done after `activity`, which may go on later.
#[cold]
#[inline(never)]
fn finish_poll(activity: Activity, before: Activity) {
    leave_to(before);
    if activity.has(Activity::UNWOUND) {
        fail_left_over(before);
    }
}

/// Fails the replies that were dropped in a panic that the handler caught itself.
#[cold]
fn fail_left_over(before: Activity) {
    // A panic that is still unwinding through an outer actor is caught by that actor's loop.
    if before != Activity::IDLE && std::thread::panicking() {
        return add(Activity::UNWOUND);
    }
    for reply in UNWOUND_REPLIES.with(RefCell::take) {
        reply.fail(Failure::Unanswered);
    }
}

fn add(bits: usize) {
    STATE.with(|state| state.activity.set(Activity(state.activity.get().0 | bits)));
}

fn remove(bits: usize) {
    STATE.with(|state| state.activity.set(Activity(state.activity.get().0 & !bits)));
}

/// The end of a poll of a loop.
pub(crate) struct LoopGuard {
    before: Activity,
}

/// Whether a loop whose poll has ended waits in a handler, so that its waits stay on record.
#[derive(Clone, Copy, Default)]
pub(crate) struct HasWaits(usize);

impl LoopGuard {
    /// Ends the poll of a loop that goes on later.
    #[inline]
    pub(crate) fn suspend(self) -> HasWaits {
        let activity = STATE.with(|state| state.activity.replace(self.before));
        if activity.has(Activity::UNWOUND) || self.before != Activity::IDLE {
            finish_poll(activity, self.before);
        }
        mem::forget(self);
        HasWaits(activity.0 & Activity::WAITS)
    }
}

impl Drop for LoopGuard {
    #[inline]
    fn drop(&mut self) {
        STATE.with(|state| {
            if state.activity.get().has(Activity::LEFT) || self.before != Activity::IDLE {
                return leave_handler(self.before);
            }
            state.activity.set(self.before);
        });
    }
}

/// Marks this thread as polling the loop of `actor`, whose handler may have waits on record.
#[inline]
pub(crate) fn running(actor: ActorId, waits: HasWaits) -> LoopGuard {
    STATE.with(|state| {
        let before = state.activity.replace(Activity(actor.0 | waits.0));
        if before != Activity::IDLE {
            enter_from(before, None);
        }
        state.task.set(home::task());
        LoopGuard { before }
    })
}

/// Marks this thread as running the last handler of `actor`, for the rest of this poll of its loop.
///
/// A reply dropped meanwhile counts as dropped by the actor's end, except the handler's own, which is at
/// the address `called`.
pub(crate) fn finishing(called: Option<usize>) {
    FINAL_REPLY.with(|reply| reply.set(called));
    add(Activity::FINISHING);
}

/// Returns the actor whose handler or hook runs on this thread.
#[inline]
pub(crate) fn actor() -> Option<ActorId> {
    STATE.with(|state| state.activity.get()).actor()
}

/// Returns the actor whose handler makes the call that is being polled. That is not
/// [`actor`] if the handler runs a runtime of its own, and the call comes from a task of that; nor if the
/// call is a source of the actor, which handles messages meanwhile.
#[inline]
pub(crate) fn caller() -> Option<ActorId> {
    let activity = STATE.with(|state| state.activity.get());
    let actor = activity.actor()?;
    (!activity.has(Activity::RACING) && is_own_task()).then_some(actor)
}

/// Marks the actor that runs on this thread as waiting for its sources and its mailbox at once.
pub(crate) fn begin_race() {
    add(Activity::RACING);
}

/// Ends what [`begin_race`] has begun, and returns whether that was still on.
pub(crate) fn end_race() -> bool {
    let is_racing = self::is_racing();
    remove(Activity::RACING);
    is_racing
}

/// Returns whether what runs on this thread is a source of an actor that handles messages meanwhile.
pub(crate) fn is_racing() -> bool {
    STATE.with(|state| state.activity.get()).has(Activity::RACING)
}

/// Returns whether the code that runs belongs to the handler that runs.
#[inline(never)]
fn is_own_task() -> bool {
    let task = home::task();
    task == home::UNKNOWN || task == STATE.with(|state| state.task.get())
}

/// Returns the actors whose handlers have led to the one that runs, on this thread, each with the
/// handler that it has called. All of them go on only when it has returned.
pub(crate) fn callers() -> Vec<(ActorId, Option<Method>)> {
    if !STATE.with(|state| state.activity.get()).has(Activity::CALLED) {
        return Vec::new();
    }
    FRAMES.with(|Frames { depth, frames }| {
        let frames = frames.iter().take(depth.get()).map(Cell::get);
        frames.filter_map(|frame| Some((frame.activity.actor()?, frame.called))).collect()
    })
}

/// Notes that the handler that runs has a wait on record, for [`handler_over`].
pub(crate) fn note_wait() {
    add(Activity::WAITS);
}

/// Drops the waits of a handler of `actor` from the record, because the handler is over.
#[inline(always)]
pub(crate) fn handler_over(actor: ActorId) {
    if STATE.with(|state| state.activity.get()).has(Activity::WAITS) {
        forget_waits(actor);
    }
}

#[cold]
#[inline(never)]
fn forget_waits(actor: ActorId) {
    remove(Activity::WAITS);
    ring::forget(actor);
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
    let is_finishing = activity.kind() == Activity::FINISHING;
    let is_final_reply = || FINAL_REPLY.with(Cell::get) == Some(address);
    if activity == Activity::ENDING || is_finishing && !is_final_reply() {
        DropReason::ActorEnding
    } else {
        DropReason::Discarded
    }
}

/// Keeps a reply until [`fail_unwound`], which the loop calls once it has caught the panic.
pub(crate) fn defer_failure(reply: Rc<dyn ErasedReply>) {
    add(Activity::UNWOUND);
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
