//! The end of a connection: a handle to abort it, and a guard that unregisters it.

use actor_runtime::{ActorHandle, WeakHandle};

use crate::{
    hub::HubHandle,
    server::ServerHandle,
    store::{ClientId, StoreHandle},
};

use super::{ConnectionHandle, Services};

/// Aborts a connection without keeping it alive.
#[derive(Clone, Debug)]
pub(crate) struct AbortHandle(WeakHandle<ConnectionHandle>);

impl AbortHandle {
    pub(crate) fn new(connection: WeakHandle<ConnectionHandle>) -> Self {
        Self(connection)
    }

    /// Aborts the connection, even while it waits for its client.
    pub(crate) fn abort(&self) {
        if let Some(connection) = self.0.upgrade() {
            connection.abort();
        }
    }
}

/// A guard for the state that other actors keep about a connection.
///
/// Dropping it removes the connection from the list of the server, ends its subscriptions, and unwatches its
/// keys. It is dropped with the connection, so this also happens if the connection panics or is aborted.
#[derive(Debug)]
pub(crate) struct Registration {
    client: ClientId,
    store: StoreHandle,
    hub: HubHandle,
    server: WeakHandle<ServerHandle>,
    /// Whether the store may be watching keys for the client.
    pub(crate) is_watching: bool,
    /// The first life of the store in which it has watched keys for the client.
    pub(crate) watched_life: u64,
    /// Whether the hub may have subscriptions of the client.
    pub(crate) is_subscriber: bool,
    /// Whether the hub shows the client all commands.
    pub(crate) is_monitor: bool,
}

impl Registration {
    pub(crate) fn new(client: ClientId, services: &Services) -> Self {
        let Services { store, hub, server, .. } = services.clone();
        Self {
            client,
            store,
            hub,
            server,
            is_watching: false,
            watched_life: 0,
            is_subscriber: false,
            is_monitor: false,
        }
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        // `drop` cannot wait, and `cast_now` succeeds even if the mailbox is full. An error means that the
        // actor handles no more messages, so there is nothing left to clean up.
        if self.is_watching {
            let _ = self.store.unwatch(self.client).cast_now();
        }
        if self.is_subscriber || self.is_monitor {
            let _ = self.hub.leave(self.client).cast_now();
        }
        if let Some(server) = self.server.upgrade() {
            let _ = server.disconnected(self.client).cast_now();
        }
    }
}
