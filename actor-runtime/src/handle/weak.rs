//! A handle that does not keep its actor alive.

use crate::{
    debug::opaque_debug,
    exit::ExitReason,
    handle::{ActorHandle, Handle},
    mailbox::Shared,
    slot::message::Message,
    sync::Arc,
};

/// A handle that does not keep its actor alive.
pub struct WeakHandle<H: ActorHandle>(pub(crate) Arc<Shared<H::Message>>);

impl<H: ActorHandle> WeakHandle<H> {
    /// A handle, unless the last one is gone.
    ///
    /// As long as there is one, the actor is alive or was ended on purpose.
    #[must_use]
    pub fn upgrade(&self) -> Option<H> {
        self.0.try_add_handle().then(|| H::from_handle(Handle(self.0.clone())))
    }

    /// Whether the mailbox is closed: the actor accepts no more messages.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        !self.0.is_open()
    }

    pub(crate) fn close(&self) {
        self.0.close(ExitReason::Shutdown);
    }
}

impl<H: ActorHandle> Clone for WeakHandle<H> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

opaque_debug!([H: ActorHandle] WeakHandle<H>, "WeakHandle", actor = H::Message::ACTOR);
