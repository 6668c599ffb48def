//! The reply slot: one answer, from a handler to the caller that waits for it.
//!
//! A slot is one allocation, shared by a [`Reply`] in the message and a [`Receiver`] in the
//! caller's future. Invariants:
//!
//! 1. A slot leaves [`State::Waiting`] once, so a caller gets one outcome, and never another's.
//! 2. A [`Reply`] that is dropped always moves its slot out of `Waiting`, if not at once then when
//!    the panic that dropped it has been caught. So no caller waits for an answer that cannot come.
//! 3. A slot has two owners at first. So a [`Reply`] that is the only one has lost its caller, and a
//!    [`Receiver`] that is the only one finds the outcome: neither has to lock to know.
//! 4. Values and wakers of the user are dropped and woken with the lock released.
//!
//! What a marked handler adds is in [`marked`].

mod marked;

use std::{
    any::Any,
    fmt, mem,
    rc::Rc,
    sync::{Arc as StdArc, PoisonError},
    task::{Context, Poll, Waker},
};

pub use self::marked::Unread;

use self::marked::Marked;
use crate::{
    batch,
    current::{self, Dropped},
    ring::Link,
    sync::{Arc, Mutex, bug, gap, lock},
};

/// Why a slot was left without an answer.
#[derive(Clone, Debug)]
pub(crate) enum Failure {
    /// The actor stopped.
    Stopped,
    /// The handler dropped the reply.
    Unanswered,
    /// The handler panicked, with this text.
    Panicked(StdArc<str>),
}

/// A slot of any type, as [`current`] keeps it.
pub(crate) trait Fallible {
    fn fail(&self, failure: Failure);

    /// Tells it apart from all others.
    fn address(&self) -> usize;
}

enum State<T> {
    /// No outcome yet; the waker is the caller's.
    Waiting(Option<Waker>),
    Answered(T),
    Failed(Failure),
    /// The caller took the outcome, or went away.
    Closed,
    /// More is to be known, since the handler is marked.
    Marked(Box<Marked<T>>),
}

struct Slot<T> {
    state: Mutex<State<T>>,
    link: Link,
}

impl<T> Slot<T> {
    /// Moves the slot out of `Waiting`, or gives it and `outcome` back if it has left already.
    #[inline(always)]
    fn settle(self: Arc<Self>, outcome: State<T>) -> Result<(), (Arc<Self>, State<T>)> {
        let waker = {
            let mut state = lock(&self.state);
            if matches!(*state, State::Closed) && bug("a caller who left is answered") {
                return Ok(());
            }
            let State::Waiting(waker) = &mut *state else {
                let settled = self.settle_marked(state, outcome);
                return settled.map_err(|outcome| (self, outcome));
            };
            let waker = waker.take();
            let mut state = gap("an answer comes later than the wake-up", state, &self.state);
            // Its waker was taken, so there is nothing to drop, which costs more than to know it.
            mem::forget(mem::replace(&mut *state, outcome));
            waker
        };
        self.link.cut();
        // Before the caller is woken, so that it finds itself the only owner.
        drop(self);
        waker.into_iter().for_each(batch::wake_caller);
        Ok(())
    }

    /// Takes the outcome out of a slot whose other half is gone.
    fn into_outcome(self) -> Result<T, Failure> {
        match self.state.into_inner().unwrap_or_else(PoisonError::into_inner) {
            State::Answered(answer) => Ok(answer),
            State::Failed(failure) => Err(failure),
            State::Marked(marked) => marked.into_answer().ok_or(Failure::Unanswered),
            // No half goes away like that.
            State::Waiting(_) | State::Closed => Err(Failure::Unanswered),
        }
    }

    /// The caller goes away without the outcome.
    #[inline(never)]
    fn close(&self) {
        let mut state = lock(&self.state);
        if matches!(*state, State::Marked(_)) {
            return self.leave(state);
        }
        let unread = mem::replace(&mut *state, State::Closed);
        drop(state);
        // The answer and the waker are the user's, so the lock is released before they are dropped.
        drop(unread);
    }

    /// Whether the other half is there, or the loop has a share.
    fn is_shared(self: &Arc<Self>) -> bool {
        Arc::strong_count(self) > 1
    }
}

impl<T> Fallible for Arc<Slot<T>> {
    fn fail(&self, failure: Failure) {
        // A slot that has its outcome keeps it.
        let _ = self.clone().settle(State::Failed(failure));
    }

    fn address(&self) -> usize {
        Arc::as_ptr(self).addr()
    }
}

/// The answer a handler owes its caller.
///
/// Each message carries one, and the generated dispatch answers it with what the handler returns.
/// A handler that takes a `Reply` as a parameter answers later instead: it may keep it in the
/// actor, or move it into a task. Dropping it unanswered gives the caller an error at once.
///
/// The reply of a cast has no caller: what it is sent is dropped.
///
/// # Examples
///
/// ```
/// use actor_runtime::{Reply, actor, spawn};
///
/// #[derive(Default)]
/// struct Gate { open: bool, waiting: Vec<Reply<()>> }
///
/// #[actor]
/// impl Gate {
///     /// Answers when the gate is open.
///     pub fn pass(&mut self, reply: Reply<()>) {
///         if self.open { reply.send(()) } else { self.waiting.push(reply) }
///     }
///
///     /// Opens the gate for everybody who waits.
///     pub fn open(&mut self) {
///         self.open = true;
///         for reply in self.waiting.drain(..) { reply.send(()) }
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let gate = spawn(Gate::default());
/// let passed = gate.pass().sent().await?;
/// gate.open().await?;
/// passed.await?;
/// # Ok(())
/// # }
/// ```
#[must_use = "a reply that is dropped gives its caller an error"]
pub struct Reply<T: 'static>(Option<Arc<Slot<T>>>);

impl<T> Reply<T> {
    /// A reply that nobody waits for.
    pub(crate) fn unwanted() -> Self {
        Self(None)
    }

    /// Answers the caller. If it has gone away, the answer is dropped, or comes back to the actor if
    /// the handler is marked `#[cancel_safe(undelivered = ..)]`.
    #[inline]
    pub fn send(self, answer: T) {
        let mut reply = self;
        if let Some(slot) = reply.0.take()
            && let Err((slot, State::Answered(answer))) = slot.settle(State::Answered(answer))
        {
            slot.give_back(answer);
        }
    }

    /// Answers the caller, or gives the answer back if nobody will read it.
    ///
    /// `Ok` means that the caller was still there, not that it has read the answer.
    ///
    /// # Errors
    ///
    /// The answer, if the caller went away or the message was cast.
    #[inline]
    pub fn send_or_return(mut self, answer: T) -> Result<(), T> {
        let Some(slot) = self.0.take() else {
            return Err(answer);
        };
        match slot.settle(State::Answered(answer)) {
            Err((slot, State::Answered(answer))) => {
                slot.keep_nothing();
                Err(answer)
            }
            _ => Ok(()),
        }
    }

    /// Tells the caller what the handler panicked with.
    pub(crate) fn panicked(mut self, message: StdArc<str>) {
        if let Some(slot) = self.0.take() {
            slot.fail(Failure::Panicked(message));
        }
    }

    /// Whether nobody waits for the answer: the caller went away, or the message was cast.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.0.as_ref().is_none_or(|slot| !slot.is_shared() || slot.is_left())
    }
}

impl<T> Reply<T> {
    /// Tells the caller why there will be no answer.
    #[cold]
    fn lost(slot: Arc<Slot<T>>) {
        if bug("a dropped reply says nothing") {
            return;
        }
        match current::why_dropped(slot.address()) {
            Dropped::InPanic => current::lost_in_panic(Rc::new(slot)),
            Dropped::AtEnd => slot.fail(Failure::Stopped),
            Dropped::ByHand => slot.fail(Failure::Unanswered),
        }
    }
}

impl<T> Drop for Reply<T> {
    #[inline]
    fn drop(&mut self) {
        if let Some(slot) = self.0.take() {
            Self::lost(slot);
        }
    }
}

impl<T> fmt::Debug for Reply<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply").field("is_closed", &self.is_closed()).finish_non_exhaustive()
    }
}

/// Where the answer of a `fn` handler goes: to the caller's slot, or right into the caller's hands
/// where the handler runs on its thread.
pub struct Caller<'a>(Option<&'a mut dyn Any>);

impl<'a> Caller<'a> {
    /// A caller that waits for its [`Reply`], if anybody does.
    pub(crate) fn elsewhere() -> Self {
        Self(None)
    }

    /// A caller that runs the handler itself, and has an empty `Option` for the answer.
    pub(crate) fn here(answer: &'a mut dyn Any) -> Self {
        Self(Some(answer))
    }

    /// Answers the caller.
    #[inline]
    pub fn answer<T>(self, reply: Reply<T>, answer: T) {
        if let Some(answer) = self.take(answer) {
            reply.send(answer);
        }
    }

    /// Gives the answer to a caller that is right here. If it is elsewhere, the answer comes back.
    #[inline]
    pub(crate) fn take<T: 'static>(self, answer: T) -> Option<T> {
        match self.0.and_then(<dyn Any>::downcast_mut::<Option<T>>) {
            Some(here) => {
                *here = Some(answer);
                None
            }
            None => Some(answer),
        }
    }
}

impl fmt::Debug for Caller<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Caller").field("is_here", &self.0.is_some()).finish()
    }
}

/// What the loop asks of a message's reply before it dispatches the message.
///
/// Implemented by [`Reply`] and [`Replies`](crate::Replies), and by nothing else.
pub trait PendingReply: private::Sealed {
    /// Whether a caller waited for the answer and went away. A cast was never waited for.
    #[doc(hidden)]
    fn is_abandoned(&self) -> bool;

    /// Tells the caller that the actor stopped.
    #[doc(hidden)]
    fn stopped(&self);

    /// What the handler's end cuts.
    #[doc(hidden)]
    fn link(&self) -> Option<private::Link>;

    /// Tells the slot apart from all others. A cast has none.
    #[doc(hidden)]
    fn address(&self) -> Option<usize>;
}

pub(crate) mod private {
    /// Only this crate's replies are replies.
    pub trait Sealed {}

    /// Nameable in a sealed trait, and nowhere else.
    #[derive(Clone)]
    #[expect(missing_debug_implementations, reason = "nobody outside of this crate holds one")]
    pub struct Link(pub(crate) crate::ring::Link);
}

impl<T> private::Sealed for Reply<T> {}

impl<T> PendingReply for Reply<T> {
    fn is_abandoned(&self) -> bool {
        self.0.as_ref().is_some_and(|slot| !slot.is_shared())
    }

    fn stopped(&self) {
        if let Some(slot) = &self.0 {
            slot.fail(Failure::Stopped);
        }
    }

    fn link(&self) -> Option<private::Link> {
        self.0.as_ref().map(|slot| private::Link(slot.link.clone()))
    }

    fn address(&self) -> Option<usize> {
        self.0.as_ref().map(Fallible::address)
    }
}

/// The caller's half of a slot. Dropping it closes the slot.
pub(crate) struct Receiver<T> {
    /// There until the outcome was taken.
    slot: Option<Arc<Slot<T>>>,
}

/// Makes a slot. `waker` is woken by the outcome unless [`Receiver::poll`] names another first.
#[inline]
pub(crate) fn slot<T>(waker: Option<Waker>) -> (Reply<T>, Receiver<T>) {
    let slot = Arc::new(Slot { state: Mutex::new(State::Waiting(waker)), link: Link::default() });
    (Reply(Some(slot.clone())), Receiver { slot: Some(slot) })
}

impl<T> Receiver<T> {
    /// Is cut when the handler is over.
    ///
    /// # Panics
    ///
    /// If the outcome was taken: then nobody waits any more.
    pub(crate) fn link(&self) -> &Link {
        &self.slot.as_ref().expect("asked after it was ready").link
    }

    /// Takes the outcome.
    ///
    /// # Panics
    ///
    /// If it was taken already.
    // Not inlined, since a call that runs its handler itself would pay for that.
    #[inline(never)]
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<T, Failure>> {
        let slot = self.slot.take().expect("polled after it was ready");
        if !slot.is_shared() {
            match Arc::try_unwrap(slot) {
                Ok(slot) => return Poll::Ready(slot.into_outcome()),
                Err(_) => unreachable!("nobody else knows the slot"),
            }
        }
        self.poll_shared(slot, cx)
    }

    /// Takes the outcome from a slot whose other half is there.
    #[inline(never)]
    fn poll_shared(
        &mut self,
        slot: Arc<Slot<T>>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<T, Failure>> {
        let mut state = lock(&slot.state);
        if let State::Waiting(waker) = &mut *state {
            let stale = match waker {
                Some(waker) if waker.will_wake(cx.waker()) => None,
                _ => waker.replace(cx.waker().clone()),
            };
            drop(state);
            drop(stale);
            self.slot = Some(slot);
            return Poll::Pending;
        }
        match mem::replace(&mut *state, State::Closed) {
            State::Answered(answer) => Poll::Ready(Ok(answer)),
            State::Failed(failure) => Poll::Ready(Err(failure)),
            State::Marked(marked) => match Self::read_marked(state, marked, Some(cx.waker())) {
                Some(answer) => Poll::Ready(Ok(answer)),
                None => {
                    self.slot = Some(slot);
                    Poll::Pending
                }
            },
            State::Closed | State::Waiting(_) => unreachable!("the caller is here"),
        }
    }

    /// Whether the caller may still get an answer, or leaves one unread.
    #[cfg(all(debug_assertions, not(shuttle)))]
    pub(crate) fn is_open(&self) -> bool {
        let is_over = |state: &State<T>| matches!(state, State::Failed(_) | State::Closed);
        self.slot.as_ref().is_some_and(|slot| !is_over(&lock(&slot.state)))
    }

    /// Takes the outcome if there is one.
    pub(crate) fn try_take(&mut self) -> Option<Result<T, Failure>> {
        let outcome = {
            let slot = self.slot.as_ref()?;
            let mut state = lock(&slot.state);
            if matches!(*state, State::Waiting(_) | State::Closed) {
                return None;
            }
            match mem::replace(&mut *state, State::Closed) {
                State::Answered(answer) => Ok(answer),
                State::Failed(failure) => Err(failure),
                State::Marked(marked) => Ok(Self::read_marked(state, marked, None)?),
                State::Closed | State::Waiting(_) => return None,
            }
        };
        self.slot = None;
        Some(outcome)
    }
}

impl<T> Drop for Receiver<T> {
    #[inline]
    fn drop(&mut self) {
        if let Some(slot) = self.slot.take() {
            slot.close();
        }
    }
}
