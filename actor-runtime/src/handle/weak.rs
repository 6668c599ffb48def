//! [`WeakHandle`]: a handle that does not keep its actor alive.

use std::hash::{Hash, Hasher};

use crate::{
    debug::opaque_debug,
    exit::ExitReason,
    handle::{ActorHandle, Handle},
    mailbox::Shared,
    slot::message::Message,
    sync::Arc,
    thread::current::ActorId,
};

/// A handle that does not keep its actor alive.
///
/// Returned by [`ActorHandle::downgrade`].
pub struct WeakHandle<H: ActorHandle>(pub(crate) Arc<Shared<H::Message>>);

impl<H: ActorHandle> WeakHandle<H> {
    /// Returns a handle, or `None` if the last handle was dropped.
    ///
    /// The actor may have ended for another reason, even if a handle is returned.
    #[must_use]
    pub fn upgrade(&self) -> Option<H> {
        self.0.try_add_handle().then(|| (H::FROM_HANDLE)(Handle::counted(self.0.clone())))
    }

    /// Returns `true` if the mailbox is closed: the actor accepts no more messages.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        !self.0.is_open()
    }

    /// Returns the id of the actor. See [`ActorHandle::id`].
    #[must_use]
    pub fn id(&self) -> ActorId {
        self.0.id()
    }

    pub(crate) fn is_aborted(&self) -> bool {
        self.0.is_aborted()
    }

    pub(crate) fn time_handlers(&self) {
        self.0.watch();
    }

    pub(crate) fn close(&self) {
        self.0.close(ExitReason::Shutdown);
    }
}

/// Weak handles are equal if they belong to the same actor.
impl<H: ActorHandle> PartialEq for WeakHandle<H> {
    fn eq(&self, other: &Self) -> bool {
        self.id() == other.id()
    }
}

impl<H: ActorHandle> Eq for WeakHandle<H> {}

impl<H: ActorHandle> Hash for WeakHandle<H> {
    fn hash<S: Hasher>(&self, state: &mut S) {
        self.id().hash(state);
    }
}

impl<H: ActorHandle> Clone for WeakHandle<H> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

opaque_debug!([H: ActorHandle] WeakHandle<H>, "WeakHandle", actor = H::Message::ACTOR);
