//! An actor that has ended.

use std::fmt;

use crate::{exit::ExitReason, life::actor::Actor};

/// An actor that has ended: why, and what is left of it.
pub struct Exit<A: Actor> {
    /// Why it ended.
    pub reason: ExitReason,
    /// The actor itself, unless its end consumed it: a `self` handler took it, a panic may have
    /// left it broken, or it was aborted.
    pub actor: Option<A>,
    /// What `#[on_start]` failed with.
    pub start_error: Option<A::StartError>,
}

impl<A: Actor> fmt::Debug for Exit<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exit").field("reason", &self.reason).finish_non_exhaustive()
    }
}
