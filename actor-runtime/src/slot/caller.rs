//! The destination of a `fn` handler's answer.

use std::{any::Any, fmt};

use crate::slot::reply::Reply;

/// The destination of a `fn` handler's answer: the caller's slot, or, if the handler runs inline on
/// the caller's thread, the caller's own `Option`.
pub struct Caller<'a>(Option<&'a mut dyn Any>);

impl<'a> Caller<'a> {
    /// The answer goes to the message's [`Reply`].
    pub(crate) fn remote() -> Self {
        Self(None)
    }

    /// The answer goes to `answer`, an `Option<T>` on the thread that runs the handler.
    pub(crate) fn inline(answer: &'a mut dyn Any) -> Self {
        Self(Some(answer))
    }

    /// Delivers the answer.
    #[inline]
    pub fn answer<T>(self, reply: Reply<T>, answer: T) {
        if let Some(answer) = self.take(answer) {
            reply.send(answer);
        }
    }

    /// Delivers the answer to an inline caller. Returns it if the caller is remote.
    #[inline]
    pub(crate) fn take<T: 'static>(self, answer: T) -> Option<T> {
        match self.0.and_then(<dyn Any>::downcast_mut::<Option<T>>) {
            Some(inline) => {
                *inline = Some(answer);
                None
            }
            None => Some(answer),
        }
    }
}

impl fmt::Debug for Caller<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Caller").field("is_inline", &self.0.is_some()).finish()
    }
}
