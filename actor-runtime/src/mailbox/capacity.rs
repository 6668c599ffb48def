//! The bound of a mailbox.

use std::num::NonZeroUsize;

/// How many messages a mailbox holds before it holds its senders back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capacity(Option<NonZeroUsize>);

impl Capacity {
    /// What an actor has that says nothing: 64 messages.
    pub const DEFAULT: Self = Self::bounded(64);

    /// As many as there is memory for. A sender is never held back, so something else has to be.
    pub const UNBOUNDED: Self = Self(None);

    /// At most `messages`.
    ///
    /// # Panics
    ///
    /// If `messages` is zero: nobody could ever send. In a constant, as `#[actor(mailbox = ..)]`
    /// makes it, that is a compile error.
    #[must_use]
    pub const fn bounded(messages: usize) -> Self {
        match NonZeroUsize::new(messages) {
            Some(messages) => Self(Some(messages)),
            None => panic!("a mailbox holds at least one message"),
        }
    }

    /// The number of messages, or `None` if there is no bound.
    #[must_use]
    pub const fn messages(self) -> Option<usize> {
        match self.0 {
            Some(messages) => Some(messages.get()),
            None => None,
        }
    }

    pub(crate) fn limit(self) -> usize {
        self.0.map_or(usize::MAX, NonZeroUsize::get)
    }
}
