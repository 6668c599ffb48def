//! A message, and what the loop has to know of it before its handler runs.

use std::fmt;

use private::Link;

/// A generated message enum.
pub trait Message: Sized + 'static {
    /// The name of the actor's type, for errors, logs and threads.
    const ACTOR: &'static str;
    /// The actor while it is idle, for callers to run its handlers. [`Infallible`](std::convert::Infallible) if they run in the
    /// loop only.
    type AtRest: 'static;

    /// What is to be known of a message before its handler runs.
    fn envelope(&self) -> Envelope<'_>;
}

/// What the loop has to know of a message: whose it is, and who waits for it.
#[derive(Clone, Copy)]
pub struct Envelope<'a> {
    method: &'static str,
    reply: &'a dyn PendingReply,
    run_abandoned: bool,
    is_async: bool,
    is_final: bool,
}

impl<'a> Envelope<'a> {
    /// A message for the handler `method`, whose answer goes to `reply`.
    ///
    /// [`Actor::dispatch`](crate::Actor::dispatch) runs the handler.
    #[must_use]
    pub fn new(method: &'static str, reply: &'a dyn PendingReply) -> Self {
        Self { method, reply, run_abandoned: false, is_async: true, is_final: false }
    }

    /// The handler runs even if its caller has gone: `#[handler(run_abandoned)]`.
    #[must_use]
    pub fn run_abandoned(self) -> Self {
        Self { run_abandoned: true, ..self }
    }

    /// The handler is a `fn`, which the loop runs by another method than `dispatch`.
    #[doc(hidden)]
    #[must_use]
    pub fn sync(self) -> Self {
        Self { is_async: false, ..self }
    }

    /// The handler takes `self`, so it is the last.
    #[doc(hidden)]
    #[must_use]
    pub fn last(self) -> Self {
        Self { is_final: true, ..self }
    }

    /// The name of the handler.
    #[must_use]
    pub fn method(self) -> &'static str {
        self.method
    }

    pub(crate) fn awaits(&self) -> bool {
        self.is_async
    }

    /// Whether the handler is over within one poll, and not the last.
    pub(crate) fn is_now(&self) -> bool {
        !self.is_async && !self.is_final
    }

    pub(crate) fn ends_the_actor(&self) -> bool {
        self.is_final
    }

    pub(crate) fn is_to_be_skipped(&self) -> bool {
        !self.run_abandoned && self.reply.is_abandoned()
    }

    pub(crate) fn link(&self) -> Option<Link> {
        self.reply.link()
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

/// What the loop asks of a message's reply before it dispatches the message.
///
/// Implemented by [`Reply`](crate::Reply) and [`Replies`](crate::Replies), and by nothing else.
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
    pub struct Link(pub(crate) crate::thread::ring::Link);
}
