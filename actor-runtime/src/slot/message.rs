//! Messages, and the facts that the loop needs about one before its handler runs.

use std::fmt;

use private::Ticket;

/// The messages of an actor, usually an enum with one variant per handler.
///
/// `#[actor]` writes the enum and this impl. An [actor written by hand](crate::by_hand) implements the
/// trait itself; each variant carries the handler's arguments and a [`Reply`](crate::Reply) or
/// [`Replies`](crate::Replies).
pub trait Message: Sized + 'static {
    /// The name of the actor's type, used in errors, logs and thread names.
    const ACTOR: &'static str;
    /// The idle actor, as callers find it to run its handlers inline.
    ///
    /// [`Infallible`](std::convert::Infallible) if handlers run only in the loop, as those of an actor
    /// written by hand do.
    type AtRest: 'static;
    /// Whether any handler is `#[handler(always)]`.
    #[doc(hidden)]
    const HAS_ALWAYS: bool = false;

    /// Describes this message to the loop.
    ///
    /// The loop may call it several times for the same message, and calls it while the mailbox is
    /// locked. It must return at once, and must not use a handle of its actor, which would block
    /// forever.
    fn envelope(&self) -> Envelope<'_>;
}

/// Describes a message to the loop: the name of its handler, and the reply that its caller awaits.
///
/// Returned by [`Message::envelope`]. By default, the loop skips a message whose caller was dropped
/// before its handler began; [`run_abandoned`](Self::run_abandoned) turns that off.
#[derive(Clone, Copy)]
pub struct Envelope<'a> {
    method: &'static str,
    reply: &'a dyn PendingReply,
    run_abandoned: bool,
    is_async: bool,
    is_final: bool,
    may_keep_reply: bool,
    is_always: bool,
}

impl<'a> Envelope<'a> {
    /// Describes a message that [`Actor::dispatch`](crate::Actor::dispatch) handles and that is
    /// answered through `reply`.
    ///
    /// `method` names the handler in errors, logs and statistics.
    #[must_use]
    pub fn new(method: &'static str, reply: &'a dyn PendingReply) -> Self {
        Self {
            method,
            reply,
            run_abandoned: false,
            is_async: true,
            is_final: false,
            may_keep_reply: true,
            is_always: false,
        }
    }

    /// Runs the handler even if its caller was dropped, as `#[handler(run_abandoned)]` does.
    #[must_use]
    pub fn run_abandoned(self) -> Self {
        Self { run_abandoned: true, ..self }
    }

    /// The handler is a `fn`, which the loop runs by `Drive::run_now` instead of `dispatch`, and
    /// whose reply is sent when it returns.
    #[doc(hidden)]
    #[must_use]
    pub fn sync(self) -> Self {
        Self { is_async: false, may_keep_reply: false, ..self }
    }

    /// The handler is given its reply, and may return without having sent it.
    #[doc(hidden)]
    #[must_use]
    pub fn deferred(self) -> Self {
        Self { may_keep_reply: true, ..self }
    }

    /// The handler takes `self`, so the actor ends with it.
    #[doc(hidden)]
    #[must_use]
    pub fn last(self) -> Self {
        Self { is_final: true, ..self }
    }

    /// The message is not held back: see [`Message::HAS_ALWAYS`].
    #[doc(hidden)]
    #[must_use]
    pub fn always(self) -> Self {
        Self { is_always: true, ..self }
    }

    /// Returns the name of the handler.
    #[must_use]
    pub fn method(self) -> &'static str {
        self.method
    }

    pub(crate) fn is_async(&self) -> bool {
        self.is_async
    }

    /// Returns `true` for a `fn` handler that does not end the actor: it completes in one poll.
    pub(crate) fn runs_in_one_poll(&self) -> bool {
        !self.is_async && !self.is_final
    }

    pub(crate) fn is_always(&self) -> bool {
        self.is_always
    }

    pub(crate) fn ends_the_actor(&self) -> bool {
        self.is_final
    }

    pub(crate) fn should_skip(&self) -> bool {
        !self.run_abandoned && self.reply.is_abandoned()
    }

    /// Returns the wait of the caller that is on record, if it might outlast the handler.
    pub(crate) fn wait(&self) -> Option<Ticket> {
        if self.may_keep_reply { self.reply.wait() } else { None }
    }

    pub(crate) fn address(&self) -> Option<usize> {
        self.reply.address()
    }

    pub(crate) fn stopped(&self) {
        self.reply.stopped();
    }
}

impl fmt::Debug for Envelope<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Envelope").field("method", &self.method).finish_non_exhaustive()
    }
}

/// The reply of a message that has not been handled yet, as [`Envelope::new`] takes it.
///
/// The loop uses it to skip messages whose callers were dropped and to fail calls when the actor
/// stops. The trait is sealed: it is implemented by [`Reply`](crate::Reply) and
/// [`Replies`](crate::Replies), and passing a reference to either is all that an actor written by hand
/// does with it.
pub trait PendingReply: private::Sealed {
    /// Returns `true` if the call's caller was dropped. `false` for a cast of a `Reply`.
    #[doc(hidden)]
    fn is_abandoned(&self) -> bool;

    /// Completes the call with an error: the actor stopped.
    #[doc(hidden)]
    fn stopped(&self);

    /// Returns the wait of the caller that is on record, to be cut when the handler is over.
    #[doc(hidden)]
    fn wait(&self) -> Option<private::Ticket>;

    /// Identifies the slot. `None` for a cast of a `Reply`.
    #[doc(hidden)]
    fn address(&self) -> Option<usize>;
}

pub(crate) mod private {
    /// Seals `PendingReply`.
    pub trait Sealed {}

    /// Public only because a sealed trait names it.
    #[derive(Clone, Copy)]
    #[expect(missing_debug_implementations, reason = "not nameable outside of this crate")]
    pub struct Ticket(pub(crate) crate::thread::ring::Ticket);
}
