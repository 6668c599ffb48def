//! The capacity of a mailbox.

use std::num::NonZeroUsize;

/// The number of messages that a mailbox holds before its senders wait for room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capacity(Option<NonZeroUsize>);

impl Capacity {
    /// The capacity of an actor that does not specify one: 64 messages.
    pub const DEFAULT: Self = Self::bounded(64);

    /// No limit other than memory.
    ///
    /// Senders never wait, so the mailbox applies no backpressure. Use it only where something else
    /// limits the number of messages.
    pub const UNBOUNDED: Self = Self(None);

    /// Returns a capacity of `messages`.
    ///
    /// # Panics
    ///
    /// Panics if `messages` is zero. In a constant, such as the one that `#[actor(mailbox = ..)]`
    /// writes, that is a compile error.
    #[must_use]
    pub const fn bounded(messages: usize) -> Self {
        match NonZeroUsize::new(messages) {
            Some(messages) => Self(Some(messages)),
            None => panic!("a mailbox holds at least one message"),
        }
    }

    /// Returns the number of messages, or `None` if the capacity is unbounded.
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
