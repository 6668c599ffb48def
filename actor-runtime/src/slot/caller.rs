//! Where the answer of a `fn` handler goes.

use std::{any::Any, fmt};

use crate::slot::reply::Reply;

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
