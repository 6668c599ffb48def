//! The handler's half of a slot.

use std::{fmt, rc::Rc, sync::Arc as StdArc};

use crate::{
    error::Failure,
    slot::{
        Slot, State,
        message::{PendingReply, private},
    },
    sync::{Arc, bug},
    thread::current::{self, Dropped, Fallible},
};

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
pub struct Reply<T: 'static>(pub(super) Option<Arc<Slot<T>>>);

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
