//! Batches: messages that waited together, whose callers are woken together.
//!
//! To wake a task from a thread that is none of its runtime's costs a lock, and often a system call and
//! a worker that goes to sleep again: more than many a handler. So an actor on a thread of its own may be
//! told, by [`Builder::batch`](crate::Builder::batch), to take what waits in its mailbox as a batch, and
//! to wake the callers of a batch when it is over. Their answers are there before that, and who looks for
//! another reason finds them.
//!
//! # What the actor can do about it
//!
//! ```
//! use actor_runtime::{Builder, Reply, actor, batch};
//!
//! #[derive(Default)]
//! struct Disk { is_locked: bool, blocks: Vec<u64> }
//!
//! #[actor]
//! impl Disk {
//!     /// Takes the lock once for all that wait together, if it is not alone.
//!     pub fn write(&mut self, block: u64) {
//!         self.is_locked = batch::left() > 0;
//!         self.blocks.push(block);
//!     }
//!
//!     /// Answers, and then takes its time.
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
//! # How it is done
//!
//! 1. An answer is in its slot before its wake-up is held back.
//! 2. A thread holds back only what the loop it was made for gives from its own handlers and hooks. What
//!    another actor, or anything else on that thread, has to tell is told at once.
//! 3. Whatever is held back is let go before the thread waits by any means of this crate, after the last
//!    message and before the actor's state is dropped, and when the thread stops running the loop, be it by
//!    a panic. So no wake-up is lost, and nobody waits for a thread that waits.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    task::Waker,
    time::{Duration, Instant},
};

use crate::{
    sync::{bug, thread_local},
    thread::current::{self, ActorId},
    waker::wake,
};

/// How long a wake-up is held back, but for the handler that runs then. A batch of handlers for which this
/// is short gains nothing from being one.
const LIMIT: Duration = Duration::from_micros(500);

thread_local! {
    /// The actor whose callers are woken later.
    static OWNER: Cell<Option<ActorId>> = const { Cell::new(None) };
    static LEFT: Cell<usize> = const { Cell::new(0) };
    static HELD: RefCell<VecDeque<Waker>> = const { RefCell::new(VecDeque::new()) };
    /// Since when the first of them is held.
    static SINCE: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// How many messages of this batch come after the one that is being handled, if this thread is that of an
/// actor that takes [batches](crate::Builder::batch). Otherwise 0.
///
/// All of them were in the mailbox when the batch began. So a handler that finds some may do something for
/// all of them at once: begin a transaction, take a lock, look at the clock. It is undone in `#[on_idle]`,
/// which runs after each batch. Some may turn out to have lost their callers, and are skipped.
///
/// # Examples
///
/// See [above](self).
#[must_use]
pub fn left() -> usize {
    LEFT.with(Cell::get)
}

/// Wakes the callers whose answers were given so far in this batch, if there is one on this thread.
///
/// For a handler that takes long, before it does: the callers of those before it would wait for it. A
/// handler that blocks until one of these callers does something *has* to call this, unless it blocks by a
/// method of this crate, such as `blocking()`.
///
/// # Examples
///
/// See [above](self).
pub fn wake_callers() {
    if OWNER.with(Cell::get).is_some() {
        let_go();
    }
}

/// Until the guard is dropped, this thread may hold back what `actor` tells its callers.
pub(crate) fn hold(actor: ActorId) -> Holding {
    OWNER.with(|owner| owner.set(Some(actor)));
    Holding(())
}

/// A thread that holds back wake-ups.
pub(crate) struct Holding(());

impl Drop for Holding {
    fn drop(&mut self) {
        OWNER.with(|owner| owner.set(None));
        LEFT.with(|left| left.set(0));
        if !bug("the end forgets whom it has not woken") {
            let_go();
        }
    }
}

/// Notes that a message is taken, of a batch in which so many come after it. What has been held for long
/// is held no longer.
pub(crate) fn next(left: usize) {
    LEFT.with(|cell| cell.set(left));
    let is_due = |since: Instant| since.elapsed() >= LIMIT && !cfg!(shuttle);
    if SINCE.with(Cell::get).is_some_and(is_due) {
        let_go();
    }
}

/// Wakes all who are still to be woken, since no message of this batch will be handled any more.
pub(crate) fn end() {
    LEFT.with(|left| left.set(0));
    if !bug("the end forgets whom it has not woken") {
        wake_callers();
    }
}

/// Wakes the caller whose answer has just been given, or does so later.
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

/// Wakes all.
fn let_go() {
    SINCE.with(|since| since.set(None));
    // One by one, since a waker is the user's, and what it does may answer somebody.
    while let Some(waker) = HELD.with(|held| held.borrow_mut().pop_front()) {
        wake(waker);
    }
}

/// Wakes whoever is still to be woken, since this thread is about to wait.
#[inline]
pub(crate) fn before_waiting() {
    if !bug("wake-ups are held while the thread waits") {
        wake_callers();
    }
}
