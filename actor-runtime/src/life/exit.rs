//! The result of an actor's loop.

use std::fmt;

use crate::{exit::ExitReason, life::actor::Actor};

/// Why an actor ended, and the actor itself if it is whole.
pub struct Exit<A, E = <A as Actor>::StartError> {
    /// Why it ended.
    pub reason: ExitReason,
    /// The actor, or `None` if a handler that takes `self` consumed it, a panic ended it, or it was
    /// aborted.
    pub actor: Option<A>,
    /// The error of `#[on_start]`, if it failed and was not passed to [`start`](crate::start()).
    pub start_error: Option<E>,
}

impl<A, E> fmt::Debug for Exit<A, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exit").field("reason", &self.reason).finish_non_exhaustive()
    }
}
