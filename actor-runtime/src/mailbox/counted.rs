//! Counted references to a mailbox.

use std::ops::Deref;

use crate::{exit::ExitReason, mailbox::Shared, slot::message::Message, sync::Arc};

/// A reference to a mailbox that keeps its actor alive: dropping the last one closes the mailbox.
pub(crate) struct Counted<M: Message>(Arc<Shared<M>>);

impl<M: Message> Counted<M> {
    pub(crate) fn new(shared: &Arc<Shared<M>>) -> Self {
        shared.add_handle();
        Self::already(shared.clone())
    }

    /// A reference that was counted before.
    pub(crate) fn already(shared: Arc<Shared<M>>) -> Self {
        Self(shared)
    }
}

impl<M: Message> Deref for Counted<M> {
    type Target = Arc<Shared<M>>;

    fn deref(&self) -> &Arc<Shared<M>> {
        &self.0
    }
}

impl<M: Message> Clone for Counted<M> {
    fn clone(&self) -> Self {
        Self::new(&self.0)
    }
}

impl<M: Message> Drop for Counted<M> {
    fn drop(&mut self) {
        if self.0.remove_handle() {
            self.0.close(ExitReason::HandlesDropped);
        }
    }
}
