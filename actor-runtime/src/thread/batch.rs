//! Batches: messages that were queued together, and whose callers are woken together.
//!
//! Waking a task from a thread outside its runtime takes a lock, and often a system call to wake a
//! worker. That can cost more than the handler. [`Builder::batch`](crate::Builder::batch) lets an actor
//! on a thread of its own handle the queued messages as a batch and wake their callers at the end of it.
//! Each answer is in place before its wake-up: a caller that is polled for another reason finds it.
//!
//! # Examples
//!
//! ```
//! use actor_runtime::{Builder, Reply, actor, batch};
//!
//! #[derive(Default)]
//! struct Disk { is_locked: bool, blocks: Vec<u64> }
//!
//! #[actor]
//! impl Disk {
//!     /// Keeps the lock for the rest of the batch, if more messages follow.
//!     pub fn write(&mut self, block: u64) {
//!         self.is_locked = batch::left() > 0;
//!         self.blocks.push(block);
//!     }
//!
//!     /// Answers, then does slow work.
//!     pub fn check(&mut self, begun: Reply<()>) {
//!         begun.send(());
//!         batch::wake_callers();
//!         self.blocks.sort_unstable();
//!     }
//!
//!     #[on_idle] // after each batch
//!     fn unlock(&mut self) { self.is_locked = false; }
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let disk = Builder::new().batch(64).start_thread(|| Ok(Disk::default())).blocking()?;
//! disk.write(1).blocking()?;
//! disk.check().blocking()?;
//! # Ok(())
//! # }
//! ```
//!
//! # Invariants
//!
//! 1. An answer is in its slot before its wake-up is held.
//! 2. A thread holds only the wake-ups that result from handlers and hooks of the actor it was started
//!    for. Other actors and tasks on the thread wake their callers at once.
//! 3. Held wake-ups are sent before the thread blocks by a method of this crate, after the last message
//!    and before the actor's state is dropped, and when the thread leaves the loop, also by a panic. So no
//!    wake-up is lost, and no caller waits for a blocked thread, unless a handler blocks by other means
//!    (see [`wake_callers`]).

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    task::Waker,
    time::{Duration, Instant},
};

use crate::{
    sync::{bug, thread_local},
    thread::current::{self, ActorId},
    thread::waker::wake,
};

/// A wake-up held for this long is sent before the next handler. A batch whose handlers take longer than
/// this gains nothing from shared wake-ups.
const HOLD_LIMIT: Duration = Duration::from_micros(500);

/// The number of wake-ups for which an empty list keeps its memory.
const KEPT: usize = 1024;

thread_local! {
    /// The actor whose wake-ups are held.
    static OWNER: Cell<Option<ActorId>> = const { Cell::new(None) };
    static LEFT: Cell<usize> = const { Cell::new(0) };
    static HELD: RefCell<VecDeque<Waker>> = const { RefCell::new(VecDeque::new()) };
    /// When the first of `HELD` was added.
    static SINCE: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// Returns the number of messages of the current batch that follow the one being handled.
///
/// Returns 0 on any thread that does not run an actor with [batches](crate::Builder::batch).
///
/// A handler can use it to do work once for the whole batch, such as beginning a transaction or taking a
/// lock, and finish that work in `#[on_idle]`, which runs after each batch. Messages whose callers were
/// dropped are counted, but may be skipped.
///
/// # Examples
///
/// See the [module](self).
#[must_use]
pub fn left() -> usize {
    LEFT.with(Cell::get)
}

/// Wakes the callers that have been answered so far in the current batch.
///
/// Call it in a handler before slow work; otherwise the callers of earlier messages wait for that work. A
/// handler that blocks until one of these callers acts *must* call it, unless it blocks by a method of
/// this crate, such as `blocking()`.
///
/// Does nothing on a thread that does not run an actor with [batches](crate::Builder::batch).
///
/// # Examples
///
/// See the [module](self).
pub fn wake_callers() {
    if OWNER.with(Cell::get).is_some() {
        wake_held();
    }
}

/// Holds the wake-ups of `actor`'s callers on this thread until the guard is dropped.
pub(crate) fn hold(actor: ActorId) -> Holding {
    OWNER.with(|owner| owner.set(Some(actor)));
    Holding(())
}

/// Guard returned by [`hold`]. Dropping it sends the held wake-ups.
pub(crate) struct Holding(());

impl Drop for Holding {
    fn drop(&mut self) {
        OWNER.with(|owner| owner.set(None));
        LEFT.with(|left| left.set(0));
        if bug("the end forgets whom it has not woken") {
            return;
        }
        wake_held();
    }
}

/// Begins a message that `left` more of its batch follow. Sends the held wake-ups if they are due.
pub(crate) fn next(left: usize) {
    LEFT.with(|cell| cell.set(left));
    let is_due = |since: Instant| since.elapsed() >= HOLD_LIMIT && !cfg!(shuttle);
    if SINCE.with(Cell::get).is_some_and(is_due) {
        wake_held();
    }
}

/// Ends the batch, and sends the held wake-ups.
pub(crate) fn end() {
    LEFT.with(|left| left.set(0));
    if bug("the end forgets whom it has not woken") {
        return;
    }
    wake_callers();
}

/// Wakes a caller that was just answered, or holds its wake-up (see 2).
#[inline]
pub(crate) fn wake_caller(waker: Waker) {
    match OWNER.with(Cell::get) {
        None => wake(waker),
        Some(owner) => wake_or_hold(waker, owner),
    }
}

fn wake_or_hold(waker: Waker, owner: ActorId) {
    if current::actor() != Some(owner) {
        return wake(waker);
    }
    HELD.with(|held| held.borrow_mut().push_back(waker));
    SINCE.with(|since| since.set(since.get().or_else(|| Some(Instant::now()))));
}

fn wake_held() {
    SINCE.with(|since| since.set(None));
    // One by one: a waker is the user's code and may answer another caller, which borrows `HELD`.
    while let Some(waker) = HELD.with(|held| held.borrow_mut().pop_front()) {
        wake(waker);
    }
    HELD.with(|held| held.borrow_mut().shrink_to(KEPT));
}

/// Sends the held wake-ups before this thread blocks (see 3).
#[inline]
pub(crate) fn before_blocking() {
    if bug("wake-ups are held while the thread waits") {
        return;
    }
    wake_callers();
}
